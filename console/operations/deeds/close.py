"""Closing nodes to new work, with our mark; and opening them again. What another hand did since stands."""

from collections.abc import Mapping, Sequence

from backends.model.node import SchedulerFacts, Service
from backends.model.reason import Mark, Reason
from console.operations.closing import by_itself
from console.operations.deeds.deed import ASKED, Deed, Effect, Look, Seen, Sight
from console.operations.outline import closed
from console.operations.step import Step
from console.operations.world import World

NODES = ("slurm.nodes",)
GONE = Sight(Seen.BLOCKED, "the scheduler no longer knows it")


class Close(Deed):
    """`args["reason"]` is the mark that is written; as the way back it is `args["was"]`, what they said before."""

    sources = NODES

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """Closed is: the drain flag, with the mark of this operation."""
        return {name: self._sight(world, look.step, name) for name in look.nodes}

    def _sight(self, world: World, step: Step, name: str) -> Sight:
        node = world.node(name)
        facts = node.scheduler if node else None
        if facts is None or facts.missing_since is not None:
            return GONE
        if closed(facts) and facts.reason is not None and _says(facts.reason, step):
            return Sight(Seen.SO, f"closed to new work ({facts.service.value})")
        return changed_hands(world, name, facts) or Sight(Seen.NEEDED, "not closed to new work")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:
        """One command for all of them."""
        await world.scheduler.drain(nodes, _wanted(step))
        return ASKED


class Resume(Deed):
    """Gives nodes back, but none that is held, unless by `args["held_by"]`.

    `args["mark"]`: only what carries that operation's mark: the way back of a drain.
    """

    sources = NODES

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """Open is: the scheduler gives it work again."""
        sights = {name: self._sight(world, look.step, name) for name in look.nodes}
        wanting = [name for name, sight in sights.items() if sight.seen is Seen.NEEDED]
        holds, ours = world.holds() if wanting else {}, (world.plan.operation, look.step.args.get("held_by"))
        for name in wanting:
            if (hold := holds.get(name)) is not None and hold.operation not in ours:
                sights[name] = Sight(Seen.BLOCKED, f"{hold}; `megapod release {name}` lifts it")
        return sights

    def _sight(self, world: World, step: Step, name: str) -> Sight:
        node = world.node(name)
        facts = node.scheduler if node else None
        if facts is None or facts.missing_since is not None:
            return GONE
        if not (facts.service.out or facts.service is Service.UNKNOWN):
            return Sight(Seen.SO, "in service" if facts.responding else "in service, and not responding yet")
        mark = step.args.get("mark")
        if mark is None:
            return changed_hands(world, name, facts) or Sight(Seen.NEEDED, f"still {facts.service.value}")
        if facts.reason is not None and (ours := facts.reason.mark) is not None and ours.operation == mark:
            return Sight(Seen.NEEDED, f"still {facts.service.value}")
        if not closed(facts):
            return Sight(Seen.SO, f"no longer closed by us ({facts.service.value})")
        return Sight(Seen.BLOCKED, f"another's now: {text_of(facts)!r}; left as it is")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:  # noqa: ARG002 - a port
        """One command for all of them."""
        await world.scheduler.resume(nodes)
        return ASKED


def _says(reason: Reason, step: Step) -> bool:
    """Whether it is what was written: by the operation in its mark, as a scheduler may keep the text in its own way."""
    wanted, mark = Mark.parse(_wanted(step)), reason.mark
    if "mark" in step.args or wanted is None or mark is None:
        return reason.text == _wanted(step)
    return mark.operation == wanted.operation


def _wanted(step: Step) -> str:
    return step.args["was"] if "mark" in step.args else step.args["reason"]


def text_of(facts: SchedulerFacts) -> str:
    """The reason as it stands."""
    return facts.reason.text if facts.reason else "no reason"


def taken_down(facts: SchedulerFacts) -> Sight | None:
    """Bad, where the scheduler itself has taken the node down and says why: no person has touched it."""
    if facts.service is not Service.DOWN or not by_itself(facts.reason):
        return None
    return Sight(Seen.BAD, f"the scheduler took it down: {text_of(facts)!r}")


def changed_hands(world: World, name: str, facts: SchedulerFacts) -> Sight | None:
    """Blocked, where the node no longer says what it said when the plan was made, and not by this operation.

    Bad, where it is the scheduler that says so: a node that has fallen silent has changed nobody's hands.
    Compared with what the plan saw, not with an earlier look: that has moved on while a person read the plan.
    """
    mark = Mark.parse(facts.reason.text) if facts.reason else None
    if facts.reason == world.plan.reasons.get(name) or (mark is not None and mark.operation == world.plan.operation):
        return None
    return taken_down(facts) or Sight(
        Seen.BLOCKED, f"{name} changed hands since the plan was made; it now says {text_of(facts)!r}"
    )
