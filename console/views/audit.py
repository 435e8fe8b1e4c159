"""The journal for people and for their tools: who, when, from where, what, why, result and evidence of each event."""

import shlex
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct, field

from backends.clean import clean
from console.operations import event as ev
from console.targets import fold
from console.views.cell import Cell, Column, Row, View
from console.views.marks import text

COLUMNS = (
    Column(key="at", title="WHEN"),
    Column(key="user", title="WHO"),
    Column(key="origin", title="FROM", priority=1),
    Column(key="operation", title="OPERATION"),
    Column(key="what", title="WHAT"),
    Column(key="on", title="ON", flex=True),
    Column(key="why", title="WHY", flex=True, priority=2),
    Column(key="result", title="RESULT", flex=True),
)


class Told(Struct, frozen=True, kw_only=True):
    """One event in words."""

    what: str
    on: str = ""
    why: str = ""
    result: str = ""


def view(entries: Iterable[ev.Entry]) -> View:
    """One row an event."""
    rows = tuple(Row(str(entry.seq), _cells(entry)) for entry in entries)
    return View(kind="audit", columns=COLUMNS, rows=rows, empty="nothing was written down in that time")


class AuditItem(Struct, frozen=True, kw_only=True):
    """One event whole: who, when, from where, its words, and the event itself as the evidence."""

    seq: int
    at: datetime
    operation: str
    user: str
    host: str
    pid: int
    origin: str
    kind: str
    what: str
    on_: str = field(name="on")
    why: str
    result: str
    evidence: ev.Event

    @property
    def label(self) -> str:
        """The operation it is of."""
        return self.operation

    @property
    def on(self) -> tuple[str, ...]:
        """The nodes it names."""
        nodes = getattr(self.evidence, "nodes", ())
        return tuple(nodes)


def item(entry: ev.Entry) -> AuditItem:
    """One event as an item of a list."""
    said, actor = told(entry.event), entry.actor
    unread = entry.event.was if isinstance(entry.event, ev.Unread) else ""
    return AuditItem(
        seq=entry.seq,
        at=entry.at,
        operation=entry.operation,
        user=actor.user,
        host=actor.host,
        pid=actor.pid,
        origin=actor.origin,
        kind=unread or type(entry.event).__name__.lower(),
        what=said.what,
        on_=said.on,
        why=said.why,
        result=said.result,
        evidence=entry.event,
    )


def told(event: ev.Event) -> Told:
    """What an event says."""
    match event:
        case ev.Begun(plan=plan):
            said = Told(what=f"began {plan.verb}", on=f"{plan.pod}: {plan.targets}", why=plan.reason)
        case ev.Started():
            said = Told(what="took it up")
        case ev.Adopted():
            said = Told(what="adopted it")
        case ev.Intended():
            said = Told(what=f"was about to {_short(event.step)}", on=fold(event.nodes))
        case ev.Applied():
            task = f"; task: {'; '.join(dict.fromkeys(event.said.values()))}" if event.said else ""
            said = Told(what=f"asked for {_short(event.step)}", result=f"{event.error or 'accepted'}{task}")
        case ev.Noted():
            texts = dict.fromkeys(event.texts.values())
            said = Told(what=f"saw {_short(event.step)}", on=fold(tuple(event.texts)), result="; ".join(texts))
        case ev.Ended():
            nodes = fold(tuple(end.node for end in event.ends))
            ends = dict.fromkeys(f"{end.outcome.value}{f' ({end.text})' if end.text else ''}" for end in event.ends)
            said = Told(what=f"ended {_short(event.step)}", on=nodes, result="; ".join(ends))
        case ev.Commanded() | ev.Answered():
            said = _command(event)
        case ev.Closed():
            said = Told(what="closed it", result=f"{event.outcome.value}: {event.text}")
        case _:
            said = _word(event)
    return said


def _word(event: ev.Event) -> Told:
    match event:
        case ev.Paused():
            said = Told(what="paused it", why=event.why)
        case ev.Continued():
            said = Told(what="resumed it")
        case ev.Tripped():
            said = Told(what="stopped further lanes", why=event.why)
        case ev.Cancelling():
            said = Told(what="cancelled it", why=event.why)
        case ev.Retried():
            said = Told(what="retried", on=fold(event.nodes))
        case ev.Held():
            until = f"until {event.until:%Y-%m-%d %H:%MZ}" if event.until else "until released"
            why = f"{event.reason} [{event.ticket}]" if event.ticket else event.reason
            said = Told(what="held", on=f"{event.pod}: {fold(event.nodes)}", why=why, result=until)
        case ev.Released():
            said = Told(what="released", on=f"{event.pod}: {fold(event.nodes)}", why=event.reason)
        case ev.Attended():
            said = Told(what=_care(event), on=f"{event.pod}: {event.finding}", why=event.text)
        case ev.Unread():
            said = Told(what=f"wrote {event.was!r}, which a newer megapod can read")
        case _:
            said = Told(what=type(event).__name__.lower())
    return said


def _command(event: ev.Commanded | ev.Answered) -> Told:
    if isinstance(event, ev.Answered):
        return Told(what="had answers", result="; ".join(f"{how}: {on}" for how, on in event.endings.items()))
    line = clean(shlex.join(event.argv))
    return Told(what=f"ran {line}", on=f"{event.pod}: {fold(event.nodes)}", why=clean(event.reason))


def _care(event: ev.Attended) -> str:
    until = f" until {event.until:%Y-%m-%d %H:%MZ}" if event.until else ""
    return {ev.Care.ACK: "is on it", ev.Care.UNACK: "let go of it", ev.Care.NOTE: "noted"}.get(
        event.care, f"lets it rest{until}"
    )


def _short(step: str) -> str:
    """The step without its node: that stands beside it."""
    return step.partition("/")[0] if not step.startswith("undo/") else f"undo {step.split('/')[1]}"


def _cells(entry: ev.Entry) -> tuple[Cell, ...]:
    said, actor = told(entry.event), entry.actor
    return (
        Cell(f"{entry.at:%Y-%m-%d %H:%M:%SZ}"),
        Cell(actor.user),
        text(actor.origin or actor.host),
        Cell(entry.operation),
        text(said.what),
        text(said.on),
        text(said.why),
        text(said.result),
    )
