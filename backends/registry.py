"""Which adapter speaks for which endpoint.

Adapters and transports are imported when one is made, not before: `megapod get` over HTTP must not pay for asyncssh
(0.25 s), nor a pod without Redfish for httpx (0.16 s).
"""

from msgspec import Struct

from backends.model.endpoint import PodEndpoints, RedfishEndpoint, SchedulerEndpoint, SshEndpoint
from backends.ports import Hardware, Scheduler


class Adapters(Struct, frozen=True, kw_only=True):
    """The live adapters of one pod. `hardware` is by source name: one for each Redfish endpoint."""

    scheduler: Scheduler | None = None
    hardware: dict[str, Hardware] = {}

    async def close(self) -> None:
        """Close every adapter, whatever the others say: a session left open on a BMC locks its owner out."""
        for adapter in (self.scheduler, *self.hardware.values()):
            if adapter is not None:
                await adapter.close()


def open_adapters(pod: PodEndpoints) -> Adapters:
    """The adapters of a pod. Nothing is connected yet: each connects on its first question."""
    scheduler = None
    if pod.ssh is not None and pod.scheduler is not None:
        scheduler = _slurm(pod.ssh, pod.scheduler)
    return Adapters(
        scheduler=scheduler,
        hardware={
            source: _redfish(endpoint, pod.node_names)
            for source, endpoint in zip(redfish_sources(pod), pod.redfish, strict=True)
        },
    )


def redfish_sources(pod: PodEndpoints) -> tuple[str, ...]:
    """The source name of each Redfish endpoint: `redfish`, or `redfish.1`, `redfish.2` … where there are several."""
    if len(pod.redfish) == 1:
        return ("redfish",)
    return tuple(f"redfish.{number}" for number in range(1, len(pod.redfish) + 1))


def _slurm(ssh: SshEndpoint, endpoint: SchedulerEndpoint) -> Scheduler:
    from backends.slurm.adapter import SlurmScheduler
    from backends.transport.ssh import SshShell

    return SlurmScheduler(SshShell(ssh), endpoint)


def _redfish(endpoint: RedfishEndpoint, node_names: dict[str, str]) -> Hardware:
    from backends.redfish.adapter import RedfishHardware
    from backends.transport.http import HttpClient

    return RedfishHardware(HttpClient(endpoint), endpoint, node_names)
