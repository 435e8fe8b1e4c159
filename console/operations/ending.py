"""How an operation ended: the word for the whole, and one line that is true of each of its nodes."""

from collections.abc import Iterable

from console.operations.operation import UNDO, Operation, Stage
from console.operations.result import Outcome, sum_up
from console.operations.step import Do, Step
from console.targets import fold

WENT_WRONG = frozenset({Outcome.FAILED, Outcome.REFUSED, Outcome.TIMED_OUT, Outcome.UNKNOWN, Outcome.CONFLICT})


def ending(state: Operation, *, cancelled: bool) -> tuple[Outcome, str]:
    """The outcome and the line, once nothing of it runs any more."""
    plan, results = state.plan, state.nodes
    if cancelled:
        outcome, text = _cancelled(state)
    elif state.tripped:
        outcome, text = Outcome.FAILED, f"stopped: {state.tripped}"
    else:
        outcome = sum_up(node.outcome if node.outcome.ended else Outcome.NOT_REACHED for node in results)
        text = ""
    wrong = [node for node in results if node.outcome in WENT_WRONG]
    if wrong and not text:
        first = wrong[0]
        rest = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        text = f"{first.node}: {first.detail or first.outcome.value}{rest}"
    return outcome, text or f"{plan.verb} {plan.targets}: {outcome.value}"


def touched(state: Operation, step: str, name: str) -> bool:
    """Whether the step's effect was asked for on the node."""
    found = state.progress(step, name)
    return found is not None and found.tries > 0


def ended(state: Operation, step: str, name: str) -> bool:
    """Whether the step has come to an end on the node, well or not."""
    found = state.progress(step, name)
    return found is not None and found.stage is Stage.ENDED


def to_take_back(state: Operation, step: Step) -> tuple[str, ...]:
    """The nodes on which a cancel takes the step's effect back.

    Not where a later step has had an effect that this one's must outlive, nor where the node has come to its end on a
    course that takes it back by itself.
    """
    return tuple(
        name
        for name in step.nodes
        if touched(state, step.id, name) and not _committed(state, step, name) and not _tidied(state, step, name)
    )


def _committed(state: Operation, step: Step, name: str) -> bool:
    return any(touched(state, one.id, name) for one in state.plan.course[name] if one.commits == step.id)


def _tidied(state: Operation, step: Step, name: str) -> bool:
    tidies = any(one.takes_back == step.id for one in state.plan.course[name])
    return tidies and state.node(name).outcome is Outcome.DONE


def _cancelled(state: Operation) -> tuple[Outcome, str]:
    """Nobody is told that what is done was stopped: where all was, and none of it is taken back, that is the word."""
    back, stuck = _taken_back(state)
    going = state.among or state.plan.follow
    if not back and not stuck and all(state.node(name).outcome is Outcome.DONE for name in going):
        return Outcome.DONE, f"{state.plan.verb} {state.plan.targets}: done; the cancel came too late to stop any of it"
    words: dict[str, list[str]] = {}
    for name in going:
        if name not in stuck and (word := _stands(state, name, back)):
            words.setdefault(word, []).append(name)
    said = f"cancelled{f': {state.why}' if state.why else ''}"
    said += "".join(f"; {fold(names)} {word}" for word, names in words.items())
    if stuck:
        return Outcome.FAILED, f"{said}; not put back: {', '.join(f'{name} ({why})' for name, why in stuck.items())}"
    return Outcome.CANCELLED, said


def _taken_back(state: Operation) -> tuple[frozenset[str], dict[str, str]]:
    """The nodes on which something was taken back, and why not on those where it could not be."""
    undone = [rows for step, rows in state.steps.items() if step.startswith(UNDO)]
    back = (name for rows in undone for name, row in rows.items() if row.outcome is Outcome.DONE)
    stuck = {name: row.text for rows in undone for name, row in rows.items() if row.outcome is not Outcome.DONE}
    return frozenset(back) - stuck.keys(), stuck


def _stands(state: Operation, name: str, back: Iterable[str]) -> str:
    """What a cancel has left a node in; "" where nothing was to be changed."""
    course, result = state.plan.course[name], state.node(name)
    changed = any(touched(state, step.id, name) for step in course)
    if result.outcome is Outcome.DONE and name not in back:
        return "done before that" if changed else ""
    if any(_committed(state, step, name) for step in course if step.undo is not None):
        if any(touched(state, step.id, name) for step in course if step.do is Do.RESUME):
            return "was being given back when it was cut off"
        return "left closed to new work: its power was switched on the way"
    if name in back:
        return "as before"
    if changed:
        return f"stopped at {result.stage}" if result.stage else "stopped on its way"
    return "not begun" if any(step.do.writes for step in course) else ""
