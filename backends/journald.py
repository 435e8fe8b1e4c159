"""A node's journal, asked with `journalctl` over its shell and read from its JSON (systemd.journal-fields)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct, field

from backends.clean import clean
from backends.errors import Malformed, NotSupported, Rejected
from backends.model.log import LogEntry
from backends.model.severity import Severity
from backends.ports import Command, NodeShells

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_COMM,_PID"


class _Line(Struct):
    cursor: str = field(name="__CURSOR", default="")
    at_us: str = field(name="__REALTIME_TIMESTAMP", default="")
    priority: str = field(name="PRIORITY", default="")
    identifier: str = field(name="SYSLOG_IDENTIFIER", default="")
    command: str = field(name="_COMM", default="")
    message: str | list[object] | None = field(name="MESSAGE", default=None)


_LINE: msgspec.json.Decoder[_Line] = msgspec.json.Decoder(_Line)


class NodeJournal:
    """The journal of one node, read on from `cursor`, where the last reading ended."""

    def __init__(self, shells: NodeShells, node: str, *, since: datetime | None, most: int) -> None:
        self._shells = shells
        self._node = node
        self._since = since
        self._most = most
        self.cursor = ""

    async def read(self, *, timeout_s: float) -> list[LogEntry]:
        """What is new: at first the newest `most` entries since `since`. Raises backends.errors."""
        command = await self._shells.run(self._node, self._argv(), timeout_s=timeout_s)
        _check(command, self._node)
        entries = parse(command.stdout, self._node)
        if entries:
            self.cursor = entries[-1].id
        return entries

    def _argv(self) -> Sequence[str]:
        argv = ["journalctl", "--no-pager", "--quiet", "--utc", "-o", "json", f"--output-fields={_FIELDS}"]
        if self.cursor:
            return [*argv, f"--after-cursor={self.cursor}"]
        if self._since is not None:
            argv.append(f"--since=@{self._since.timestamp():.0f}")
        return [*argv, "-n", str(self._most)]


def parse(text: str, node: str) -> list[LogEntry]:
    """The entries in journalctl's JSON lines. A line that is none ends it: Malformed."""
    entries: list[LogEntry] = []
    for line in text.splitlines():
        try:
            found = _LINE.decode(line)
        except msgspec.MsgspecError:
            raise Malformed(f"journalctl wrote no JSON: {clean(line, 80)}", where=node) from None
        entries.append(_entry(found, node))
    return entries


def _entry(found: _Line, node: str) -> LogEntry:
    return LogEntry(
        node=node,
        log="journal",
        id=found.cursor,
        at=_EPOCH + timedelta(microseconds=int(found.at_us)) if found.at_us.isdecimal() else None,
        severity=_severity(found.priority),
        by=clean(found.identifier or found.command, 64),
        message=_message(found.message),
    )


def _severity(priority: str) -> Severity:
    """Syslog's 0 to 3 (emergency to error) are critical, 4 is a warning."""
    if not priority.isdecimal():
        return Severity.UNKNOWN
    level = int(priority)
    return Severity.CRITICAL if level <= 3 else Severity.WARNING if level == 4 else Severity.OK


def _message(value: str | list[object] | None) -> str:
    """A message with bytes that are no text comes as numbers, one that is too long as null."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
        return bytes(byte for byte in value if isinstance(byte, int)).decode(errors="replace")
    return "(too long to be sent)" if value is None else str(value)


def _check(command: Command, node: str) -> None:
    if command.status == 127:
        raise NotSupported("it has no journalctl", where=node, remedy="no systemd there: `megapod exec` can read files")
    if command.status:
        said = clean(command.stderr.splitlines()[-1] if command.stderr.strip() else f"status {command.status}", 200)
        raise Rejected(f"journalctl: {said}", where=node, remedy="is the user in the group systemd-journal?")
