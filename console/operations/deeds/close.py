"""Closing nodes to new work, with our mark; and opening them again. What another hand did since stands."""

from collections.abc import Mapping, Sequence

from backends.model.node import SchedulerFacts, Service
from backends.model.reason import Mark
from console.operations.deeds.deed import NO_ERRORS, Deed, Errors, Look, Seen, Sight
from console.operations.step import Step
from console.operations.world import World

NODES = ("slurm.nodes",)
GONE = Sight(Seen.BLOCKED, "the scheduler no longer knows it")


class Close(Deed):
    """`args["reason"]` is the mark that is written."""

    sources = NODES

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """Closed is: the drain flag, with the mark of this operation."""
        return {name: self._sight(world, look.step, name) for name in look.nodes}

    def _sight(self, world: World, step: Step, name: str) -> Sight:
        node = world.node(name)
        facts = node.scheduler if node else None
        if facts is None or facts.missing_since is not None:
            return GONE
        if closed(facts) and facts.reason is not None and facts.reason.text == step.args["reason"]:
            return Sight(Seen.SO, f"closed to new work ({facts.service.value})")
        return changed_hands(world, name, facts) or Sight(Seen.NEEDED, "not closed to new work")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Errors:
        """One command for all of them."""
        await world.scheduler.drain(nodes, step.args["reason"])
        return NO_ERRORS


class Resume(Deed):
    """Gives nodes back. With `args["mark"]` only what carries that operation's mark: the way back of a drain."""

    sources = NODES

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """Open is: the scheduler gives it work again."""
        return {name: self._sight(world, look.step, name) for name in look.nodes}

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

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Errors:  # noqa: ARG002 - a port
        """One command for all of them."""
        await world.scheduler.resume(nodes)
        return NO_ERRORS


def closed(facts: SchedulerFacts) -> bool:
    """Whether new work is kept away on purpose: empty or not, up or down."""
    return "DRAIN" in facts.state


def text_of(facts: SchedulerFacts) -> str:
    """The reason as it stands."""
    return facts.reason.text if facts.reason else "no reason"


def changed_hands(world: World, name: str, facts: SchedulerFacts) -> Sight | None:
    """Blocked, where the node no longer says what it said when the plan was made, and not by this operation.

    Compared with what the plan saw, not with an earlier look: that has moved on while a person read the plan.
    """
    mark = Mark.parse(facts.reason.text) if facts.reason else None
    if facts.reason == world.plan.reasons.get(name) or (mark is not None and mark.operation == world.plan.operation):
        return None
    return Sight(Seen.BLOCKED, f"{name} changed hands since the plan was made; it now says {text_of(facts)!r}")
