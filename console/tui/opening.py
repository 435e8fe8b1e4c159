"""What is opened of a pod, said before anything of it has answered."""

from backends.registry import redfish_sources
from console.config import Config


def opening(config: Config, name: str) -> str:
    """`opening the scheduler on head1, redfish at https://…`; or that there is no pod."""
    pod = config.pods.get(name)
    if pod is None:
        return f"no pod is configured in {config.path or 'the config'}"
    places = [f"the scheduler on {pod.ssh.host}"] if pod.ssh else []
    names = redfish_sources(pod.endpoints(name))
    places += [f"{source} at {endpoint.url}" for source, endpoint in zip(names, pod.redfish, strict=True)]
    return f"opening {', '.join(places)} …"
