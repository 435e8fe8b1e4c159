"""The journals of nodes, over SSH."""

from collections.abc import Sequence
from datetime import datetime

from backends.journald import NodeJournal
from backends.model.log import LogEntry
from backends.ports import NodeShells
from console.logs.reader import Reader


class JournalLog:
    """The journal of one node."""

    def __init__(self, journal: NodeJournal, node: str) -> None:
        self.name = node
        self.errors: tuple[str, ...] = ()
        self._journal = journal

    async def read(self, *, timeout_s: float) -> list[LogEntry]:
        """The newest entries, then what is new."""
        return await self._journal.read(timeout_s=timeout_s)


def journals(shells: NodeShells, nodes: Sequence[str], since: datetime | None, most: int) -> list[Reader]:
    """The journals of some nodes: the newest `most` entries of each since `since`."""
    return [JournalLog(NodeJournal(shells, node, since=since, most=most), node) for node in nodes]
