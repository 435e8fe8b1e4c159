"""The log of a node's controller: boots, faults, what came right again, over Redfish."""

from backends.errors import NotSupported
from backends.model.log import LogEntry
from backends.ports import Hardware
from console.logs.reader import Reader
from console.state.session import Session
from console.targets import Targets


class ControllerLog:
    """All log services of one system."""

    def __init__(self, hardware: Hardware, system: str, node: str) -> None:
        self.name = node
        self.errors: tuple[str, ...] = ()
        self._hardware = hardware
        self._system = system

    async def read(self, *, timeout_s: float) -> list[LogEntry]:  # noqa: ARG002 - HTTP has its own, from the config
        """Every entry there is."""
        page = await self._hardware.logs(self._system, self.name)
        self.errors = page.errors
        return list(page.entries)


def controllers(session: Session, targets: Targets) -> list[Reader]:
    """The controllers' logs of some nodes. Raises NotSupported where a node has none that is known."""
    pod, snapshot = session.pods[targets.pod], session.store[targets.pod]
    readers: list[Reader] = []
    for name in targets.nodes:
        facts = snapshot.nodes[name].hardware
        hardware = pod.adapters.hardware.get(facts.source) if facts else None
        if facts is None or hardware is None:
            remedy = f"`megapod logs {name} --from journal` reads its own journal"
            silent = (status for source, status in snapshot.sources.items() if source in pod.adapters.hardware)
            why = "; ".join(f"{status.name}: {status.error}" for status in silent if status.error)
            raise NotSupported(f"no controller tells of it{f' ({why})' if why else ''}", where=name, remedy=remedy)
        readers.append(ControllerLog(hardware, facts.system, name))
    return readers
