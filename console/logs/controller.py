"""The log of a node's controller: boots, faults, what came right again, over Redfish."""

from backends.errors import NotSupported
from backends.model.log import LogEntry
from backends.ports import Hardware
from console.logs.reader import Reader
from console.state.session import Session
from console.targets import Targets


class ControllerLog:
    """All log services of one system. Its mark is each entry that is there, with its time: ids are used again."""

    def __init__(self, hardware: Hardware, system: str, node: str, pod: str) -> None:
        self.name = node
        self.key = f"{pod}/{node}/bmc"
        self.mark: dict[str, str] = {}
        self.errors: tuple[str, ...] = ()
        self._hardware = hardware
        self._system = system

    async def read(self, *, timeout_s: float) -> list[LogEntry]:  # noqa: ARG002 - HTTP has its own, from the config
        """Every entry there is, but for those that were read before."""
        page = await self._hardware.logs(self._system, self.name)
        self.errors = page.errors
        before, now = self.mark, {f"{entry.log}/{entry.id}": str(entry.at) for entry in page.entries}
        self.mark = before | now if page.errors else now
        return [entry for entry in page.entries if before.get(f"{entry.log}/{entry.id}") != str(entry.at)]


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
        readers.append(ControllerLog(hardware, facts.system, name, targets.pod))
    return readers
