"""Looks that cost a controller something: at each node once in a while, however often the world moves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from console.operations.deeds.deed import Look, Sight
from console.operations.world import World

EVERY_S = 2.0

See = Callable[[Sequence[str]], Awaitable[Mapping[str, Sight]]]


class Pace:
    """Remembers what was seen of each node in each step. `slower`: how many times as seldom as others."""

    def __init__(self, slower: float = 1.0) -> None:
        self._slower = slower
        self._seen: dict[tuple[str, str], tuple[float, Sight]] = {}

    async def look(self, world: World, look: Look, see: See) -> Mapping[str, Sight]:
        """Look at those whose turn it is; what was seen last of the others."""
        step, now_s = look.step.id, world.clock.monotonic()
        due = [name for name in look.nodes if now_s - self._at(step, name) >= EVERY_S * self._slower]
        for name, sight in (await see(due)).items() if due else ():
            self._seen[step, name] = (now_s, sight)
        return {name: self._seen[step, name][1] for name in look.nodes}

    def _at(self, step: str, name: str) -> float:
        found = self._seen.get((step, name))
        return found[0] if found else float("-inf")
