"""One effect asked for on each node: side by side, and one that fails is no reason not to ask the others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from backends.errors import BackendError
from console.operations.deeds.deed import Effect


async def side_by_side(nodes: Sequence[str], one: Callable[[str], Awaitable[tuple[str, ...] | None]]) -> Effect:
    """What came of each: `one` returns what the far side said of it, if anything."""
    errors: dict[str, BackendError] = {}
    said: dict[str, str] = {}

    async def tried(name: str) -> None:
        try:
            if words := await one(name):
                said[name] = "; ".join(words)
        except BackendError as error:
            errors[name] = error

    await asyncio.gather(*(tried(name) for name in nodes))
    return Effect(errors, said)
