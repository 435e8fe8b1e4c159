"""Several reads at once, as a task group that raises the error itself and not a group of it."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


async def gather(*coroutines: Coroutine[object, object, T]) -> list[T]:
    """All results in order. The first error cancels the rest and is raised; nothing is left running."""
    tasks: list[asyncio.Task[T]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks.extend(group.create_task(coroutine) for coroutine in coroutines)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def both(first: Coroutine[object, object, T], second: Coroutine[object, object, U]) -> tuple[T, U]:
    """The results of two of different kinds, as `gather`."""
    try:
        async with asyncio.TaskGroup() as group:
            one, other = group.create_task(first), group.create_task(second)
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return one.result(), other.result()
