"""A simulated pod on which time stands still, asked over real SSH and Redfish: the same bytes every time."""

import argparse
import json
import os
import queue
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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
FORKER = Path(__file__).with_name("forker.py")
AT_ONCE = 3
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
                session.pods[ends.pod].adapters.scheduler._at_once_s = 60.0  # what is asked is counted in the goldens
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


class Forks:
    """Commands, several at a time, in forks of processes that have loaded everything."""

    def __init__(self, folder, at_once=AT_ONCE):
        self.folder = folder
        env = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache")}
        env.pop("MEGAPOD_CONFIG", None)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.forkers = [subprocess.Popen([sys.executable, FORKER], text=True, env=env, **pipes) for _ in range(at_once)]
        self.free = queue.SimpleQueue()
        for forker in self.forkers:
            self.free.put(forker)
        self.pool = ThreadPoolExecutor(at_once)

    def all(self, cases):
        """`(name, words, config, streams)` each; gives `(name, code, stdout, stderr)`."""
        return list(self.pool.map(lambda numbered: self.one(numbered[0], *numbered[1]), enumerate(cases)))

    def one(self, number, name, words, config, streams):
        out, err = self.folder / f"{number}.out", self.folder / f"{number}.err"
        files = {"stdin": os.devnull, "stdout": str(out), "stderr": str(err), "encoding": "utf-8", **streams}
        files["env"] = {"MEGAPOD_CONFIG": str(config), **files.get("env", {})}
        reader = None
        if files["stdout"] == "a pipe":
            reader, writer = os.pipe()
            files["stdout"] = f"/proc/{os.getpid()}/fd/{writer}"
        forker = self.free.get()
        try:
            if reader is not None:
                os.close(reader)  # opened again by the child for writing alone: its reader has left
            forker.stdin.write(json.dumps({"words": words, **files}) + "\n")
            forker.stdin.flush()
            code = int(forker.stdout.readline())
        finally:
            self.free.put(forker)
            if reader is not None:
                os.close(writer)
        texts = [path.read_text() if path.exists() else "" for path in (out, err)]
        for path in (out, err):
            path.unlink(missing_ok=True)
        return name, code, *texts

    def close(self):
        self.pool.shutdown()
        for forker in self.forkers:
            forker.stdin.close()
            forker.stdout.close()
            forker.wait(30)


@pytest.fixture(scope="session")
def forks() -> type[Forks]:
    """Runs commands for the price of a fork."""
    return Forks


PLANS_DIFFER_BY = {"operation", "made_at", "expires_at", "deadline_at", "relied_on", "snapshot", "reasons", "digest"}
"""What two plans of one wish differ by: who they are, when, and by facts of which moment."""


@pytest.fixture
def done_as_shown() -> Callable[[dict, dict], None]:
    """Compares a plan that was shown with an operation that was begun by the same words, and has ended well."""

    def plain(plan: dict, identity: str) -> dict:
        kept = {key: value for key, value in plan.items() if key not in {*PLANS_DIFFER_BY, "apiVersion", "kind"}}
        return json.loads(json.dumps(kept).replace(identity, "op-ID"))

    def compare(shown: dict, operation: dict) -> None:
        assert plain(operation["plan"], operation["id"]) == plain(shown, shown["operation"])
        steps = [step for phase in shown["phases"] for lane in phase["lanes"] for step in lane["steps"]]
        assert steps
        did = {step: {node: row["outcome"] for node, row in rows.items()} for step, rows in operation["steps"].items()}
        assert did == {step["id"]: dict.fromkeys(step["nodes"], "done") for step in steps}

    return compare
