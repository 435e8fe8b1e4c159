"""What every plan that closes nodes to new work has in common: whose they are now, and the step that closes them."""

from backends.model.node import Service
from backends.model.reason import Mark, Reason
from console.operations.outline import Outline, drain_set, ours, who
from console.operations.plan import Obstacle
from console.operations.step import Do, Step

CONFIRM_WITHIN_S = 30.0


def by_itself(reason: Reason | None) -> bool:
    """Whether it is the scheduler that says so, and no person."""
    return reason is not None and reason.by_itself


def sort_by_owner(outline: Outline) -> list[str]:
    """Sort the targets into those to close and those that are another's; those of ours that are closed already.

    Another's reason is never replaced.
    """
    done: list[str] = []
    for name in outline.targets.nodes:
        node = outline.node(name)
        reason = node.scheduler.reason if node.scheduler else None
        mine = ours(node, outline.request.user)
        if mine and drain_set(node):
            done.append(name)
        elif (reason is not None or drain_set(node)) and not mine:
            outline.aside.append((name, Obstacle.FOREIGN, f"{name} is out already: {who(outline, name)}"))
        else:
            outline.needed.append(name)
            if node.service is Service.DOWN:
                outline.warnings.append(
                    f"{name} is down: it will count as drained only when the scheduler sees it empty"
                )
    return done


def mark_of(outline: Outline, text: str) -> str:
    """The reason as it is written to the scheduler."""
    return str(Mark(outline.request.operation, outline.request.user, text))


def close(nodes: tuple[str, ...], mark: str) -> Step:
    """Close nodes that are open. Cancelled, they are given back."""
    args = {"reason": mark}
    return Step(id="close", do=Do.CLOSE, nodes=nodes, args=args, patience_s=CONFIRM_WITHIN_S, undo=Do.RESUME)


def say_anew(outline: Outline, nodes: tuple[str, ...], mark: str) -> tuple[Step, ...]:
    """Have nodes that are closed already say something else. Cancelled, each says again what it said."""
    said: dict[str, list[str]] = {}
    for name in nodes:
        facts = outline.node(name).scheduler
        said.setdefault(facts.reason.text if facts and facts.reason else "", []).append(name)
    return tuple(
        Step(
            id=f"mark/{number}",
            do=Do.CLOSE,
            nodes=tuple(names),
            args={"reason": mark, "was": was},
            patience_s=CONFIRM_WITHIN_S,
            undo=Do.CLOSE,
        )
        for number, (was, names) in enumerate(said.items(), 1)
    )


def commands(outline: Outline, nodes: tuple[str, ...], mark: str) -> tuple[str, ...]:
    """What an operator would have typed to close them."""
    equivalent = outline.request.equivalent
    return equivalent("drain", nodes, mark) if nodes and equivalent else ()
