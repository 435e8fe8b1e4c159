"""Holding nodes, and releasing them: a word in the journal of this host. Their marks say it to the others (Close)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from console.operations.deeds.deed import ASKED, Deed, Effect, Look, Seen, Sight
from console.operations.event import Held, Released
from console.operations.hold import Hold
from console.operations.step import Step
from console.operations.world import World


class Keep(Deed):
    """Holds nodes. `args` are those of `console.operations.hold.args_of`.

    Repeatable: a node that this operation holds is held, however often it is written down.
    """

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """So is: held by this operation; as the way back of a release also by the one it had not lifted yet.

        One that another holds by now is its.
        """
        stand, kept = world.holds(), world.keeper.holds(world.plan.pod)
        ours = (world.plan.operation, look.step.args.get("held_by"))
        return {name: self._sight(kept.get(name) if name in stand else None, ours) for name in look.nodes}

    def _sight(self, hold: Hold | None, ours: tuple[str | None, ...]) -> Sight:
        if hold is None:
            return Sight(Seen.NEEDED, "not held")
        if hold.operation in ours:
            return Sight(Seen.SO, str(hold))
        return Sight(Seen.BLOCKED, f"another's hold since the plan was made: {hold}")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:
        """One event for all of them."""
        args = step.args
        until = datetime.fromisoformat(args["until"]) if args.get("until") else None
        event = Held(
            pod=world.plan.pod,
            nodes=tuple(nodes),
            reason=args["why"],
            ticket=args.get("ticket", ""),
            until=until,
            owner=args["owner"],
        )
        world.keeper.append(world.plan.operation, event)
        return ASKED


class LetGo(Deed):
    """Releases nodes. `args["held_by"]` is the operation whose hold is meant; as the way back of a hold, our own.

    A hold that was made since is another's, and stays.
    """

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """So is: no longer held by that operation."""
        holds = world.keeper.holds(world.plan.pod)
        whose = look.step.args.get("mark") or look.step.args["held_by"]
        return {name: self._sight(holds.get(name), whose) for name in look.nodes}

    def _sight(self, hold: Hold | None, whose: str) -> Sight:
        if hold is None:
            return Sight(Seen.SO, "not held")
        if hold.operation == whose:
            return Sight(Seen.NEEDED, str(hold))
        return Sight(Seen.BLOCKED, f"another's hold since the plan was made: {hold}")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:  # noqa: ARG002 - a port
        """One event for all of them."""
        world.keeper.append(
            world.plan.operation, Released(pod=world.plan.pod, nodes=tuple(nodes), reason=world.plan.reason)
        )
        return ASKED
