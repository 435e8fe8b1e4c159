"""The journals of nodes, over SSH."""

from datetime import datetime

from backends.journald import NodeJournal
from backends.model.log import LogEntry
from backends.ports import NodeShells
from console.logs.reader import Reader
from console.targets import Targets


class JournalLog:
    """The journal of one node. Its mark is journald's own cursor."""

    def __init__(self, journal: NodeJournal, node: str, pod: str) -> None:
        self.name = node
        self.key = f"{pod}/{node}/journal"
        self.errors: tuple[str, ...] = ()
        self._journal = journal

    @property
    def mark(self) -> dict[str, str]:
        """The cursor of the last entry that was read."""
        return {"cursor": self._journal.cursor} if self._journal.cursor else {}

    @mark.setter
    def mark(self, mark: dict[str, str]) -> None:
        self._journal.cursor = mark.get("cursor", "")

    async def read(self, *, timeout_s: float) -> list[LogEntry]:
        """The newest entries, then what is new."""
        return await self._journal.read(timeout_s=timeout_s)


def journals(shells: NodeShells, targets: Targets, since: datetime | None, most: int) -> list[Reader]:
    """The journals of some nodes: the newest `most` entries of each since `since`."""
    return [JournalLog(NodeJournal(shells, node, since=since, most=most), node, targets.pod) for node in targets.nodes]
