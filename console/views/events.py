"""What controllers said on their event streams, as a view: their words, and when we heard them."""

from collections.abc import Iterable

from backends.model.stream import Event
from console.views.cell import Cell, Column, Row, View
from console.views.marks import severity, text

COLUMNS = (
    Column(key="heard", title="HEARD"),
    Column(key="severity", title="SEVERITY"),
    Column(key="source", title="SOURCE", priority=2),
    Column(key="origin", title="ABOUT", priority=1),
    Column(key="said", title="THE CONTROLLER SAID", flex=True),
)


def view(events: Iterable[Event]) -> View:
    """One row an event, as they came."""
    rows = tuple(Row(str(event.number), cells(event)) for event in events)
    return View(kind="events", columns=COLUMNS, rows=rows, empty="no controller has said anything yet")


def cells(event: Event) -> tuple[Cell, ...]:
    """The cells of one event."""
    return (
        Cell(event.received_at.strftime("%Y-%m-%dT%H:%M:%SZ")),
        severity(event.severity),
        Cell(event.source),
        text(event.origin),
        Cell(event.text),
    )
