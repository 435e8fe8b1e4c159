"""Findings: what is wrong, since when, what it hits, and who is on it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from console.operations.attention import Attention
from console.targets import fold
from console.views.cell import Cell, Column, Row, View
from console.views.marks import aged, severity, text
from console.words import EMPTY, ago, count, rough

COLUMNS = (
    Column(key="severity", title="SEVERITY"),
    Column(key="finding", title="FINDING", flex=True),
    Column(key="since", title="SINCE", right=True),
    Column(key="nodes", title="NODES", priority=1),
    Column(key="jobs", title="JOBS", priority=1),
    Column(key="advice", title="DO", flex=True, priority=2),
)
ATTENDED = (
    COLUMNS[0],
    Column(key="finding", title="FINDING", flex=True, least=36),
    COLUMNS[2],
    Column(key="who", title="ON IT"),
    Column(key="nodes", title="NODES", right=True, priority=1),
    Column(key="jobs", title="JOBS", right=True, priority=1),
    Column(key="advice", title="DO", flex=True, least=40, priority=2),
)
"""With who is on it, and how many nodes it hits: which ones, the pane below says."""


def view(snapshot: Snapshot, now: datetime) -> View:
    """One row a finding, the worst first."""
    rows = tuple(Row(finding.id, _cells(finding, now)) for finding in snapshot.findings)
    return View(kind="findings", columns=COLUMNS, rows=rows, empty=_empty(snapshot))


def attended(snapshot: Snapshot, now: datetime, attention: Mapping[str, Attention]) -> View:
    """The same with who is on each. Those that rest come last, dim, and are never left out."""
    rows = tuple(
        Row(finding.id, _with(_cells(finding, now), finding, attention.get(finding.id, Attention()), now))
        for finding in ordered(snapshot.findings, attention, now)
    )
    return View(kind="findings", columns=ATTENDED, rows=rows, empty=_empty(snapshot))


def listed(snapshot: Snapshot, now: datetime, attention: Mapping[str, Attention]) -> View:
    """The same for a script's eyes: with the id that a word about it needs."""
    view = attended(snapshot, now, attention)
    rows = tuple(Row(row.key, (*row.cells[:1], Cell(row.key), *row.cells[1:])) for row in view.rows)
    columns = (*view.columns[:1], Column(key="id", title="ID"), *view.columns[1:])
    return View(kind="findings", columns=columns, rows=rows, empty=view.empty)


def ordered(findings: Iterable[Finding], attention: Mapping[str, Attention], now: datetime) -> list[Finding]:
    """The findings, those that rest after the others; else as they were."""
    return sorted(findings, key=lambda one: attention.get(one.id, Attention()).rests(one, now))


def who(finding: Finding, attention: Attention, now: datetime) -> Cell:
    """`ann 4m`: who is on it, and since when; until when it rests; nobody is a dot. Ordered by who, not by how long."""
    if attention.rests(finding, now) and attention.until is not None:
        rest = rough((attention.until - now).total_seconds())
        return Cell(f"{attention.by} rests {rest}", "stale", order=f"{attention.by} rests")
    if attention.taken(finding, now):
        return Cell(f"{attention.by} {ago(attention.since, now)}", "accent", order=attention.by)
    return Cell(f"{EMPTY} {count(len(attention.notes), 'note')}" if attention.notes else EMPTY)


def _with(cells: tuple[Cell, ...], finding: Finding, attention: Attention, now: datetime) -> tuple[Cell, ...]:
    hits = Cell(str(len(finding.hits_nodes)) if finding.hits_nodes else EMPTY)
    told = (*cells[:3], who(finding, attention, now), hits, *cells[4:])
    if not attention.rests(finding, now):
        return told
    return tuple(replace(cell, style="stale") for cell in told)


def _empty(snapshot: Snapshot) -> str:
    waiting = any(status.observed_at is None for status in snapshot.sources.values())
    return "nothing known yet" if waiting else "nothing wrong that megapod can see"


def _cells(finding: Finding, now: datetime) -> tuple[Cell, ...]:
    return (
        severity(finding.severity),
        text(finding.title),
        aged(finding.since, now),
        text(fold(finding.hits_nodes) if finding.hits_nodes else ""),
        Cell(str(len(finding.hits_jobs)) if finding.hits_jobs else EMPTY),
        text(finding.advice),
    )
