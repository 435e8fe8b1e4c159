"""Whether nodes are still this operation's: closed, with its mark. Asked again before each write to a node's start."""

from collections.abc import Mapping

from backends.model.node import SchedulerFacts
from console.operations.deeds.deed import Look, Seen, Sight
from console.operations.outline import closed
from console.operations.world import World

NODES = "slurm.nodes"
CLAIMED = "claimed"
"""The word among a step's `args` that asks for it."""


def claimed(world: World, look: Look, sights: Mapping[str, Sight]) -> Mapping[str, Sight]:
    """The same, but nothing is wanting on a node that is not ours by now. What was asked for already is not stopped.

    A step that takes back (`args["mark"]`) does so whoever has the node.
    """
    if CLAIMED not in look.step.args or "mark" in look.step.args:
        return sights
    wanting = [name for name, sight in sights.items() if sight.seen is Seen.NEEDED and name not in look.asked]
    if not wanting:
        return sights
    if not world.fresh((NODES,), min(look.begun_at[name] for name in wanting)):
        world.poke((NODES,))
        said = world.silent((NODES,)) or "waiting for the scheduler's word that it is still ours"
        return {**sights, **dict.fromkeys(wanting, Sight(Seen.WAITING, f"nothing done yet: {said}"))}
    gone = {name: lost for name in wanting if (lost := _lost(world, name)) is not None}
    return {**sights, **gone}


def _lost(world: World, name: str) -> Sight | None:
    node = world.node(name)
    return not_ours(world, node.scheduler if node else None)


def not_ours(world: World, facts: SchedulerFacts | None) -> Sight | None:
    """Blocked, where a node is not closed by this operation any longer."""
    if facts is None or facts.missing_since is not None:
        return Sight(Seen.BLOCKED, "the scheduler no longer knows it")
    if not closed(facts):
        return Sight(Seen.BLOCKED, "given back by somebody else since it was closed; left as it is")
    mark = facts.reason.mark if facts.reason else None
    if mark is None or mark.operation != world.plan.operation:
        said = facts.reason.text if facts.reason else "nothing"
        return Sight(Seen.BLOCKED, f"another's now: it says {said!r}; left as it is")
    return None
