"""The way to the pods' head nodes, gone while the rest of what a read needs is still being imported.

A connection is a dozen short answers with waits between them, 100 ms on a quiet machine; the imports are as long, and
need no pod.
"""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from backends.errors import BackendError
from backends.model.endpoint import PodEndpoints
from backends.ports import Shell
from backends.registry import Adapters, open_adapters, open_shell
from console.config import Config


class Opening:
    """Connects to each pod's head node from the moment it is made, within a running loop.

    Use it as a context manager, inside the session that takes its `adapters`: leaving it ends what is still on its way.
    What goes wrong is told by the session's own question, as ever.
    """

    def __init__(self, config: Config) -> None:
        endpoints = (pod.endpoints(name) for name, pod in config.pods.items())
        opened = {one.pod: open_shell(one) for one in endpoints}
        self._shells = {pod: shell for pod, shell in opened.items() if shell is not None}
        self._ways = [asyncio.ensure_future(_reach(shell)) for shell in self._shells.values()]

    def adapters(self, pod: PodEndpoints) -> Adapters:
        """The adapters of one pod, over the connection that is on its way."""
        return open_adapters(pod, self._shells.get(pod.pod))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for way in self._ways:
            way.cancel()
        await asyncio.gather(*self._ways, return_exceptions=True)


async def _reach(shell: Shell) -> None:
    with contextlib.suppress(BackendError):
        await shell.reach()
