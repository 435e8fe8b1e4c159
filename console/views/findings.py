"""Findings: what is wrong, since when, what it hits."""

from datetime import datetime

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from console.targets import fold
from console.views.cell import Cell, Column, Row, View
from console.views.marks import severity, text
from console.words import EMPTY, age

COLUMNS = (
    Column(key="severity", title="SEVERITY"),
    Column(key="finding", title="FINDING", flex=True),
    Column(key="since", title="SINCE", right=True),
    Column(key="nodes", title="NODES", priority=1),
    Column(key="jobs", title="JOBS", priority=1),
    Column(key="advice", title="DO", flex=True, priority=2),
)


def view(snapshot: Snapshot, now: datetime) -> View:
    """One row a finding, the worst first."""
    rows = tuple(Row(finding.id, _cells(finding, now)) for finding in snapshot.findings)
    waiting = any(status.observed_at is None for status in snapshot.sources.values())
    empty = "nothing known yet" if waiting else "nothing wrong that megapod can see"
    return View(kind="findings", columns=COLUMNS, rows=rows, empty=empty)


def _cells(finding: Finding, now: datetime) -> tuple[Cell, ...]:
    return (
        severity(finding.severity),
        text(finding.title),
        Cell(age(finding.since, now)),
        text(fold(finding.hits_nodes) if finding.hits_nodes else ""),
        Cell(str(len(finding.hits_jobs)) if finding.hits_jobs else EMPTY),
        text(finding.advice),
    )
