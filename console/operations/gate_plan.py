"""The part of a plan that lets nodes through a gate: before any of them is given back, whichever verb does it."""

from collections.abc import Iterator

from console.operations.gate import args_of
from console.operations.outline import Outline
from console.operations.plan import Obstacle
from console.operations.step import Do, Lane, Phase, Step
from console.targets import fold

CHECKS_AT_ONCE = 8
"""Of nodes: each may be a log-in through the one head, and sshd turns some away beyond 10 (its MaxStartups)."""


def gates(outline: Outline, nodes: tuple[str, ...], more: str = "") -> tuple[Phase, ...]:
    """The checks that come first: the pod's own, and those asked for (`more`). One gate never stands in for another.

    A waiver goes for all of them, and is written into the plan.
    """
    request, options = outline.request, outline.request.options
    names = tuple(dict.fromkeys(name for name in (request.gate, more, options.gate) if name))
    waived = options.waive.strip()
    if waived and names:
        outline.warnings.append(f"gate {', '.join(names)} waived by {request.user}: {waived}")
    missing = [name for name in names if name not in request.gates]
    for name in missing:
        known = f"; known: {', '.join(request.gates)}" if request.gates else ""
        text = f"no gate {name!r}: add a table [gates.{name}] to the config{known}"
        outline.block(Obstacle.UNSUPPORTED, fold(nodes), text)
    return () if waived or missing else tuple(_phases(outline, names, nodes))


def _phases(outline: Outline, names: tuple[str, ...], nodes: tuple[str, ...]) -> Iterator[Phase]:
    for name in names:
        gate = outline.request.gates[name]
        lanes = tuple(
            Lane(
                (
                    Step(
                        id=f"check/{name}/{node}",
                        do=Do.CHECK,
                        nodes=(node,),
                        args=args_of(name, gate),
                        patience_s=gate.patience_s,
                    ),
                )
            )
            for node in nodes
        )
        yield Phase(name=f"check {name}", lanes=lanes, at_once=CHECKS_AT_ONCE)
