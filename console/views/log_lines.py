"""Lines of logs as a table: the oldest first, as a log is read, whoever wrote them."""

from collections.abc import Sequence
from datetime import datetime

from backends.clean import clean, printable
from backends.model.log import LogEntry
from backends.model.severity import Severity
from console.views.cell import Cell, Column, Row, View
from console.views.marks import at, severity, text
from console.views.section import Fact, Section, severity_style
from console.words import UNKNOWN

COLUMNS = (
    Column(key="at", title="WHEN"),
    Column(key="severity", title="SEVERITY", priority=1),
    Column(key="node", title="NODE"),
    Column(key="log", title="LOG", priority=2),
    Column(key="by", title="BY", priority=1),
    Column(key="message", title="MESSAGE", flex=True),
)


def key_of(entry: LogEntry) -> str:
    """What tells an entry apart from every other."""
    return f"{entry.node}/{entry.log}/{entry.id}"


def view(entries: Sequence[LogEntry], now: datetime, empty: str) -> View:
    """One row an entry. Columns in which no entry says anything are left out."""
    said = {
        "at": any(entry.at for entry in entries),
        "severity": any(entry.severity.name != "UNKNOWN" for entry in entries),
        "node": len({entry.node for entry in entries}) > 1,
        "log": len({entry.log for entry in entries}) > 1,
        "by": any(entry.by for entry in entries),
    }
    shown = [index for index, column in enumerate(COLUMNS) if said.get(column.key, True)]
    rows = tuple(Row(key_of(one), tuple(_cells(one, now)[index] for index in shown)) for one in entries)
    return View(kind="logs", columns=tuple(COLUMNS[index] for index in shown), rows=rows, empty=empty)


def whole(entry: LogEntry) -> Section:
    """One entry with all of its lines."""
    line = "no time" if entry.by or not entry.id.isdecimal() else f"line {entry.id}"  # of a file
    when = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC" if entry.at else line
    style = severity_style(entry.severity) if entry.severity is not Severity.UNKNOWN else ""
    lines = printable(entry.message).splitlines() or [""]
    facts = tuple(Fact("", line.replace("\t", "    "), style=style) for line in lines)
    return Section(f"{when} {entry.by}".strip(), facts, entry.log)


def problems(told: Sequence[str]) -> Section:
    """What could not be read."""
    return Section("not read", tuple(Fact("", clean(line), style="warning") for line in told), "tried again", "warning")


def _cells(entry: LogEntry, now: datetime) -> tuple[Cell, ...]:
    return (
        at(entry.at, now) if entry.at is not None else Cell(UNKNOWN),
        severity(entry.severity),
        Cell(entry.node),
        Cell(clean(entry.log)),
        text(entry.by),
        Cell(clean(entry.message.replace("\n", " "))),
    )
