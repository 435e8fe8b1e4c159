"""A simulated pod on which time stands still, asked over real SSH and Redfish: the same bytes every time."""

import argparse
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from backends.simulator.faults import parse_fault
from backends.simulator.server import ServeOptions, serve
from console.config import Config, PodConfig
from console.main import parser_of
from console.state.clock import SystemClock
from console.state.session import Session

EPOCH = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
LIVED_S = 600.0
FAULTS = ("pump-fail@120", "node-off@300", "gpu-ecc:austin-r2-n02/1@400")


class StillClock(SystemClock):
    """A wall that stands, and rounds that take no time; waiting takes the time it takes."""

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=LIVED_S)

    def monotonic(self) -> float:
        return 1000.0


class AskedOnce(Session):
    """A session whose sources are asked at the first look, and remembered after it."""

    async def arrivals(self, deadline_s: float) -> AsyncGenerator[tuple[str, ...], None]:
        if any(now.number == 0 for now in self.store.snapshots.values()):
            async for pods in super().arrivals(deadline_s):
                yield pods
        else:
            yield tuple(self.pods)


@pytest.fixture
def still_session() -> Callable[[], AsyncIterator[Session]]:
    """Opens a session on a small pod that has lived ten minutes, has had its faults, and no longer moves."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Session]:
        elapsed = [0.0]
        options = ServeOptions(
            racks=2, nodes=3, gpus=2, seed=7, epoch=EPOCH, faults=tuple(map(parse_fault, FAULTS)),
            monotonic=lambda: elapsed[0],
        )  # fmt: skip
        async with serve(options) as (pod,):
            elapsed[0] = LIVED_S
            ends = pod.endpoints
            config = Config(
                pods={
                    ends.pod: PodConfig(read_only=False, ssh=ends.ssh, scheduler=ends.scheduler, redfish=ends.redfish)
                }
            )
            async with AskedOnce(config, clock=StillClock(), random=Random(1)) as session:
                yield session

    return opened


@pytest.fixture
def parsed() -> Callable[..., argparse.Namespace]:
    """A command line as its verb gets it."""
    return lambda *words: parser_of(words).parse_args(words)


@pytest.fixture
def stdout() -> Callable[[], object]:
    """Catches the bytes that go to stdout's descriptor, as a pipe would get them."""

    @contextmanager
    def caught(path: Path) -> Iterator[None]:
        kept = os.dup(1)
        with path.open("wb") as file:
            os.dup2(file.fileno(), 1)
            try:
                yield
            finally:
                os.dup2(kept, 1)
                os.close(kept)

    return caught
