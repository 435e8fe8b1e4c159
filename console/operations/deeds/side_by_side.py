"""One effect asked for on each node: side by side, and one that fails is no reason not to ask the others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from backends.errors import BackendError
from console.operations.deeds.deed import Errors


async def side_by_side(nodes: Sequence[str], one: Callable[[str], Awaitable[object]]) -> Errors:
    """The errors of those that failed, by name."""
    errors: dict[str, BackendError] = {}

    async def tried(name: str) -> None:
        try:
            await one(name)
        except BackendError as error:
            errors[name] = error

    await asyncio.gather(*(tried(name) for name in nodes))
    return errors
