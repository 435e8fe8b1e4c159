"""A blast radius as lines for a person: what it hits, what it stands on, and what of that is not well."""

from collections.abc import Iterator

from backends.model.severity import Severity
from backends.model.topology import Confidence
from console.insight.radius import Radius, Reached
from console.targets import fold
from console.views.cell import Cell
from console.views.marks import STYLE
from console.words import EMPTY, count

MOST = 16


def lines(radius: Radius) -> tuple[Cell, ...]:
    """The lines. Styles are words of the palette."""
    return tuple(_lines(radius))


def _lines(radius: Radius) -> Iterator[Cell]:
    yield Cell(radius.entity)
    names = [one.id.removeprefix("node:") for one in radius.nodes]
    unsure = [one for one in radius.nodes if one.confidence is not Confidence.EXACT]
    yield Cell(
        f"hits {count(len(names), 'node')}, {count(radius.gpus, 'GPU')}{_surety(len(unsure))}: {fold(names) or EMPTY}"
    )
    for job in radius.jobs[:MOST]:
        yield Cell(f"  job {job.id} {job.name} ({job.user}), {count(job.gpus, 'GPU')} on {job.node_set}", "warning")
    if len(radius.jobs) > MOST:
        yield Cell(f"  and {len(radius.jobs) - MOST} more jobs", "warning")
    if not radius.jobs:
        yield Cell("  no job", "ok")
    if radius.users:
        yield Cell(f"users: {', '.join(radius.users)}")
    if radius.gang_nodes:
        yield Cell(f"their gangs also hold {fold(radius.gang_nodes)}, which waits with them")
    yield from _parts("inside it", radius.below)
    yield from _parts("stands on", radius.above)
    for finding in radius.findings:
        yield Cell(f"finding: {finding.title}", STYLE[finding.severity])


def _surety(number: int) -> str:
    return f" ({number} by inference)" if number else ""


def _parts(title: str, parts: tuple[Reached, ...]) -> Iterator[Cell]:
    if not parts:
        return
    yield Cell(f"{title}:")
    ill = [one for one in parts if one.health in (Severity.CRITICAL, Severity.WARNING)]
    well = [one for one in parts if one not in ill]
    for one in (*ill, *well)[:MOST]:
        how = "" if one.confidence is Confidence.EXACT else f" ({one.confidence.value})"
        health = "" if one.health is Severity.UNKNOWN else f" {one.health.value}"
        old = " as last seen" if one.stale and health else ""
        yield Cell(f"  {one.id}{health}{old}{how}", "stale" if one.stale else STYLE[one.health] if one in ill else "")
    if len(parts) > MOST:
        yield Cell(f"  and {len(parts) - MOST} more")
