"""The latest snapshot of every pod, and a watch that conflates: a slow reader misses instants, never the latest."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Self

from backends.model.snapshot import Snapshot


class Store:
    """Snapshots by pod. Only a pod's writer publishes; everyone else reads and watches."""

    def __init__(self) -> None:
        self._latest: dict[str, Snapshot] = {}
        self._watchers: set[Watch] = set()

    @property
    def snapshots(self) -> dict[str, Snapshot]:
        """The latest snapshot of each pod, in the config's order."""
        return dict(self._latest)

    def __getitem__(self, pod: str) -> Snapshot:
        return self._latest[pod]

    def publish(self, snapshot: Snapshot) -> None:
        """Make a snapshot the latest of its pod and wake the watchers."""
        self._latest[snapshot.pod] = snapshot
        for watch in self._watchers:
            watch.mark(snapshot.pod)

    def watch(self) -> "Watch":
        """A watch, to be used in a `with`: what is there already counts as changed."""
        return Watch(self._latest, self._watchers)

    async def until(self, predicate: Callable[[dict[str, Snapshot]], bool]) -> dict[str, Snapshot]:
        """Wait until the predicate holds of the latest snapshots; returns those."""
        with self.watch() as changes:
            async for _ in changes:
                if predicate(self._latest):
                    return self.snapshots
        raise AssertionError("a watch never ends by itself")


class Watch:
    """Names of the pods that changed since the last look. Iterating waits for at least one."""

    def __init__(self, latest: dict[str, Snapshot], watchers: set["Watch"]) -> None:
        self._watchers = watchers
        self._changed = dict.fromkeys(latest)
        self._event = asyncio.Event()
        if latest:
            self._event.set()

    def __enter__(self) -> Self:
        self._watchers.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._watchers.discard(self)

    def mark(self, pod: str) -> None:
        """Note a change; called by the store."""
        self._changed[pod] = None
        self._event.set()

    def __aiter__(self) -> AsyncIterator[tuple[str, ...]]:
        return self

    async def __anext__(self) -> tuple[str, ...]:
        await self._event.wait()
        self._event.clear()
        changed = tuple(self._changed)
        self._changed.clear()
        return changed
