"""An operation as its events tell it: a pure fold, the same for the process that runs it and for those who look on."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from console.operations import event as ev
from console.operations.plan import Plan
from console.operations.remedy import remedy
from console.operations.result import NodeResult, Outcome, Result, sum_up
from console.operations.step import Step


class State(StrEnum):
    """Where an operation stands as a whole."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    ENDED = "ended"


class Stage(StrEnum):
    """How far a step has come with one node."""

    INTENDED = "intended"
    APPLIED = "applied"
    ENDED = "ended"


class Progress(Struct, frozen=True, kw_only=True):
    """One step with one node. `since` is when it came to this stage; `text` its last line of evidence.

    `said` is what the far side said of how it does what was asked for.
    """

    stage: Stage | None = None
    outcome: Outcome = Outcome.WORKING
    text: str = ""
    error: str = ""
    said: str = ""
    before: str = ""
    since: datetime
    begun_at: datetime
    tries: int = 0


class Operation(Struct, frozen=True, kw_only=True):
    """One operation. `steps` has a row for each step and node that has begun, keyed by step, then node.

    `among` are the nodes that it goes on with, where a retry named some; () is all of them.
    `by` is who carries it now: who began it, or adopted it last. `lost` no event tells: it is what who looks on has
    seen, an open operation that nobody has carried for a while.
    """

    id: str
    plan: Plan
    config: str
    take: tuple[str, ...]
    begun_at: datetime
    begun_by: ev.Actor
    by: ev.Actor
    state: State = State.RUNNING
    why: str = ""
    tripped: str = ""
    steps: dict[str, dict[str, Progress]] = {}
    among: tuple[str, ...] = ()
    outcome: Outcome = Outcome.WORKING
    text: str = ""
    ended_at: datetime | None = None
    seq: int = 0
    told_at: datetime
    lost: bool = False

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state is State.ENDED

    def progress(self, step: str, node: str) -> Progress | None:
        """How far a step has come with a node; None before it begins."""
        return self.steps.get(step, {}).get(node)

    def node(self, name: str) -> NodeResult:
        """Where one node stands: the first of its steps that has not ended well, or the last."""
        last = NodeResult(node=name, outcome=Outcome.WORKING)
        for step in self.plan.course.get(name, ()):
            found = self.progress(step.id, name)
            if found is None or found.outcome is not Outcome.DONE:
                return self._short_of(name, step, found)
            last = NodeResult(node=name, outcome=Outcome.DONE, stage=step.do.value, detail=found.text)
        return last

    @property
    def nodes(self) -> tuple[NodeResult, ...]:
        """Every node it follows."""
        return tuple(self.node(name) for name in self.plan.follow)

    @property
    def result(self) -> Result:
        """The whole as one value."""
        plan = self.plan
        skipped = tuple(
            NodeResult(node=skip.nodes, outcome=Outcome.SKIPPED, detail=skip.why)
            for skip in plan.skipped
            if not skip.wanted
        )
        nodes = (*self.nodes, *skipped)
        outcome = self.outcome if self.ended else Outcome.WORKING
        if outcome is Outcome.DONE:
            outcome = sum_up(node.outcome for node in nodes)
        return Result(
            operation=self.id,
            verb=plan.verb,
            pod=plan.pod,
            targets=plan.targets,
            outcome=outcome,
            text=self.text or f"{plan.verb} {plan.targets}: {outcome.value}",
            nodes=nodes,
        )

    def _short_of(self, name: str, step: Step, found: Progress | None) -> NodeResult:
        """A node that has not got further than this step."""
        if found is None and not self.ended and step.id in self.plan.turns:
            return NodeResult(node=name, outcome=Outcome.WORKING)
        outcome, said = self._of(found), found.text if found else ""
        then = remedy(self.id, name, step.do, outcome) if self.ended else ""
        return NodeResult(node=name, outcome=outcome, stage=step.do.value, detail=said, next=then)

    def _of(self, found: Progress | None) -> Outcome:
        """Nothing works any more once the operation is over: what was cut off and then cancelled never ended."""
        if found is None:
            return Outcome.NOT_REACHED if self.ended else Outcome.WORKING
        return Outcome.CANCELLED if self.ended and found.outcome is Outcome.WORKING else found.outcome


def fold(entries: Iterable[ev.Entry], before: Operation | None = None) -> Operation | None:
    """The state after these events, from nothing or from the state before them. None when there is no Begun."""
    state = before
    work = _Work(before)
    for entry in entries:
        if state is not None and isinstance(entry.event, _OF_A_STEP):
            work.take(entry.event, entry)
        else:
            state = _after(work.into(state), entry)
            work = _Work(state)
    return work.into(state)


_OF_A_STEP = (ev.Intended, ev.Applied, ev.Noted, ev.Ended)


class _Work:
    """The steps while a run of their events is taken in: each table is copied once for the run, not once an event."""

    def __init__(self, state: Operation | None) -> None:
        self._steps = dict(state.steps) if state else {}
        self._copied: set[str] = set()
        self._last: ev.Entry | None = None

    def take(self, event: ev.Intended | ev.Applied | ev.Noted | ev.Ended, entry: ev.Entry) -> None:
        """One event more."""
        if event.step not in self._copied:
            self._copied.add(event.step)
            self._steps[event.step] = dict(self._steps.get(event.step, {}))
        rows = self._steps[event.step]
        rows.update(_rows(rows, event, entry.at))
        self._last = entry

    def into(self, state: Operation | None) -> Operation | None:
        """The state with all that was taken in."""
        if state is None or self._last is None:
            return state
        return replace(state, steps=self._steps, seq=self._last.seq, told_at=self._last.at)


def _after(state: Operation | None, entry: ev.Entry) -> Operation | None:
    event = entry.event
    if isinstance(event, ev.Begun):
        return Operation(
            id=entry.operation,
            plan=event.plan,
            config=event.config,
            take=event.take,
            begun_at=entry.at,
            begun_by=entry.actor,
            by=entry.actor,
            seq=entry.seq,
            told_at=entry.at,
        )
    if state is None:
        return None
    changes = _changes(state, event, entry)
    return replace(state, seq=entry.seq, told_at=entry.at, **changes)


def _changes(state: Operation, event: ev.Event, entry: ev.Entry) -> dict[str, object]:
    match event:
        case ev.Tripped():
            return {"tripped": event.why}
        case ev.Adopted():
            return {"by": entry.actor}
        case ev.Retried():
            return _retried(state, frozenset(event.nodes))
        case ev.Closed():
            return {"state": State.ENDED, "outcome": event.outcome, "text": event.text, "ended_at": entry.at}
    return _said(state, event)


def _said(state: Operation, event: ev.Event) -> dict[str, object]:
    """What people say to it; a word that comes too late changes nothing."""
    match event:
        case ev.Paused() if state.state is State.RUNNING:
            return {"state": State.PAUSED, "why": event.why}
        case ev.Continued() if state.state is State.PAUSED:
            return {"state": State.RUNNING, "why": ""}
        case ev.Cancelling() if not state.ended:
            return {"state": State.CANCELLING, "why": event.why}
    return {}


def _rows(
    rows: dict[str, Progress], event: ev.Intended | ev.Applied | ev.Noted | ev.Ended, at: datetime
) -> dict[str, Progress]:
    match event:
        case ev.Intended():
            return {
                node: Progress(
                    stage=Stage.INTENDED,
                    before=event.before.get(node, ""),
                    since=at,
                    begun_at=rows[node].begun_at if node in rows else at,
                    tries=(rows[node].tries if node in rows else 0) + 1,
                )
                for node in event.nodes
            }
        case ev.Applied():
            return {
                node: replace(
                    row,
                    stage=Stage.APPLIED,
                    error=event.error,
                    text=event.error,
                    said=event.said.get(node, ""),
                    since=at,
                )
                for node in event.nodes
                if (row := rows.get(node)) is not None
            }
        case ev.Noted():
            return {
                node: replace(rows[node], text=text) if node in rows else Progress(text=text, since=at, begun_at=at)
                for node, text in event.texts.items()
            }
        case ev.Ended():
            return {
                end.node: replace(
                    rows.get(end.node) or Progress(since=at, begun_at=at),
                    stage=Stage.ENDED,
                    outcome=end.outcome,
                    text=end.text,
                    since=at,
                )
                for end in event.ends
            }


def _retried(state: Operation, nodes: frozenset[str]) -> dict[str, object]:
    """The nodes' steps that did not end DONE are as if they had never begun, and those they cannot go on without."""
    anew = {name: _anew(state, name) for name in nodes}
    steps = {
        step: {
            node: row
            for node, row in rows.items()
            if node not in nodes or not (step.startswith(UNDO) or step in anew[node])
        }
        for step, rows in state.steps.items()
    }
    return {
        "steps": steps,
        "among": tuple(sorted(nodes)),
        "state": State.RUNNING,
        "outcome": Outcome.WORKING,
        "text": "",
        "why": "",
        "tripped": "",
        "ended_at": None,
    }


def _anew(state: Operation, name: str) -> frozenset[str]:
    """The steps of a node that a retry does again: all from the first that is not so, or from where that one begins.

    Not so is what did not end DONE, and what a cancel has taken back since.
    """
    ids = [step.id for step in state.plan.course.get(name, ())]
    for step in state.plan.course.get(name, ()):
        row = state.progress(step.id, name)
        if row is None or row.outcome is not Outcome.DONE or state.progress(f"{UNDO}{step.id}", name) is not None:
            return frozenset(ids[ids.index(step.again or step.id) :])
    return frozenset()


UNDO = "undo/"
