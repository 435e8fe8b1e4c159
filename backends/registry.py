"""Which adapter speaks for which endpoint.

Adapters and transports are imported when one is made, not before: `megapod get` over HTTP must not pay for asyncssh
(0.25 s), nor a pod without Redfish for httpx (0.16 s).
"""

import asyncio
from importlib import import_module

from msgspec import Struct

from backends.errors import BackendError
from backends.model.endpoint import PodEndpoints, RedfishEndpoint, SchedulerEndpoint, SshEndpoint
from backends.ports import Hardware, NodeShells, Scheduler, Shell


class Adapters(Struct, frozen=True, kw_only=True):
    """The live adapters of one pod. `hardware` is by source name: one for each Redfish endpoint.

    `shell` is the connection the scheduler's commands take: closed after it.
    """

    scheduler: Scheduler | None = None
    shell: Shell | None = None
    hardware: dict[str, Hardware] = {}

    async def close(self) -> None:
        """Close every adapter, whatever the others say: a session left open on a BMC locks its owner out.

        A far side that cannot be told good-bye is no error of the run that ends; anything else is raised, last.
        """
        adapters = [adapter for adapter in (self.scheduler, *self.hardware.values()) if adapter is not None]
        ends = await asyncio.gather(*(adapter.close() for adapter in adapters), return_exceptions=True)
        if self.shell is not None:
            await self.shell.close()
        for end in ends:
            if isinstance(end, BaseException) and not isinstance(end, BackendError):
                raise end


def open_shell(pod: PodEndpoints) -> Shell | None:
    """The shell that a pod's scheduler is reached by, None where it has none. Nothing is connected yet."""
    return _ssh(pod.ssh) if pod.ssh is not None and pod.scheduler is not None else None


def open_adapters(pod: PodEndpoints, shell: Shell | None = None) -> Adapters:
    """The adapters of a pod. Nothing is connected yet: each connects on its first question.

    `shell` is the one of `open_shell`, where somebody has it already: the adapters are its owner from now on.
    """
    shell = shell or open_shell(pod)
    scheduler = _slurm(shell, pod.scheduler) if shell is not None and pod.scheduler is not None else None
    return Adapters(
        scheduler=scheduler,
        shell=shell,
        hardware={
            source: _redfish(endpoint, pod.node_names)
            for source, endpoint in zip(redfish_sources(pod), pod.redfish, strict=True)
        },
    )


def prepare(pod: PodEndpoints) -> None:
    """Import what the adapters of a pod are made of, which `open_adapters` would do: on a thread, while it connects."""
    if pod.scheduler is not None:
        import_module("backends.slurm.adapter")
    if pod.redfish:
        import_module("backends.redfish.adapter")


def open_nodes(pod: PodEndpoints) -> NodeShells:
    """The shells of a pod's nodes. Nothing is connected yet."""
    from backends.transport.ssh_nodes import NodeShells as SshNodes

    return SshNodes(pod.node_ssh, pod.ssh)


def redfish_sources(pod: PodEndpoints) -> tuple[str, ...]:
    """The source name of each Redfish endpoint: `redfish`, or `redfish.1`, `redfish.2` … where there are several."""
    if len(pod.redfish) == 1:
        return ("redfish",)
    return tuple(f"redfish.{number}" for number in range(1, len(pod.redfish) + 1))


def _ssh(endpoint: SshEndpoint) -> Shell:
    from backends.transport.ssh import SshShell

    return SshShell(endpoint)


def _slurm(shell: Shell, endpoint: SchedulerEndpoint) -> Scheduler:
    from backends.slurm.adapter import SlurmScheduler

    return SlurmScheduler(shell, slurm_conf=endpoint.slurm_conf)


def _redfish(endpoint: RedfishEndpoint, node_names: dict[str, str]) -> Hardware:
    from backends.redfish.adapter import RedfishHardware
    from backends.transport.http import HttpClient

    return RedfishHardware(HttpClient(endpoint), endpoint, node_names)
