"""One command on many nodes at a time: so many at once, and an answer for every node, whatever becomes of it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence

from backends.errors import AuthFailed, BackendError, Rejected, TimedOut, Untrusted
from backends.model.answer import Answer, Ending
from backends.ports import NodeShells


class Fanout:
    """One run over some nodes. What was under way when it is cancelled is told by `left`."""

    def __init__(
        self,
        shells: NodeShells,
        nodes: Sequence[str],
        argv: Sequence[str],
        *,
        at_once: int,
        timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shells = shells
        self._nodes = tuple(nodes)
        self._argv = tuple(argv)
        self._at_once = at_once
        self._timeout_s = timeout_s
        self._clock = clock
        self._begun: set[str] = set()
        self._answered: set[str] = set()

    async def answers(self) -> AsyncGenerator[Answer, None]:
        """Each answer as it comes. Closing it, or a cancel, ends what runs on the nodes."""
        waiting = iter(self._nodes)
        running: set[asyncio.Task[Answer]] = set()
        try:
            while True:
                while len(running) < self._at_once and (node := next(waiting, None)) is not None:
                    running.add(asyncio.create_task(self._ask(node)))
                if not running:
                    return
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    answer = task.result()
                    self._answered.add(answer.node)
                    yield answer
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def left(self) -> tuple[Answer, ...]:
        """What is known of the nodes that have not answered: interrupted, or never begun."""
        return tuple(
            Answer(node=node, ending=Ending.INTERRUPTED if node in self._begun else Ending.NOT_BEGUN)
            for node in self._nodes
            if node not in self._answered
        )

    async def _ask(self, node: str) -> Answer:
        began = self._clock()
        try:
            await self._shells.reach(node)
        except BackendError as error:
            return Answer(node=node, ending=_unreached(error), error=str(error), took_s=self._clock() - began)
        self._begun.add(node)
        try:
            command = await self._shells.run(node, self._argv, timeout_s=self._timeout_s)
        except BackendError as error:
            return Answer(node=node, ending=_unfinished(error), error=str(error), took_s=self._clock() - began)
        return Answer(
            node=node,
            ending=Ending.FAILED if command.status else Ending.DONE,
            status=command.status,
            stdout=command.stdout,
            stderr=command.stderr,
            took_s=self._clock() - began,
        )


def _unreached(error: BackendError) -> Ending:
    match error:
        case AuthFailed():
            return Ending.DENIED
        case Untrusted():
            return Ending.UNTRUSTED
        case _:
            return Ending.UNREACHABLE


def _unfinished(error: BackendError) -> Ending:
    match error:
        case TimedOut():
            return Ending.TIMEOUT
        case Rejected():
            return Ending.UNREACHABLE
        case _:
            return Ending.LOST
