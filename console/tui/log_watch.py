"""The logs a view shows: which there are of a thing, and the end of one, read on until the view goes."""

import asyncio
from collections import deque
from contextlib import AsyncExitStack

from msgspec import Struct

from backends.errors import BackendError, NotSupported
from backends.model.log import LogEntry
from backends.model.snapshot import Snapshot
from backends.registry import open_nodes
from console.logs.controller import controllers
from console.logs.job_output import output_of
from console.logs.journal import journals
from console.logs.reader import Reader
from console.logs.tail import Tail
from console.state.session import Session
from console.target_error import TargetError
from console.targets import Targets, fold

CONTROLLER, JOURNAL, OUTPUT, EVENTS = "controller", "journal", "output", "events"
EVERY_S = {JOURNAL: 2.0, OUTPUT: 2.0, CONTROLLER: 10.0}
"""How often a log is asked: a controller's costs it much."""

LINES = 500
KEPT = 5_000
WITHIN_S = 15.0
MOST_NODES = 16
"""Nodes whose logs are read side by side: one line of each a second is all that can be read."""


class Subject(Struct, frozen=True, kw_only=True):
    """What the logs are of: an entity, or several nodes. `origins` are the logs there are, the best first."""

    pod: str
    entity: str
    title: str
    nodes: tuple[str, ...] = ()
    job: str = ""
    origins: tuple[str, ...] = (EVENTS,)


def subject(pod: str, entity: str, snapshot: Snapshot | None) -> Subject:
    """The logs of an entity (`node:gpu001`, `job:1234`, `cdu:cdu-1`), or of nodes (`nodes:gpu001,gpu002`)."""
    kind, _, name = entity.partition(":")
    if kind in ("node", "nodes"):
        nodes = tuple(name.split(","))[:MOST_NODES]
        told = snapshot is not None and all(
            known.hardware is not None for one in nodes if (known := snapshot.nodes.get(one)) is not None
        )
        origins = (CONTROLLER, JOURNAL, EVENTS) if told else (JOURNAL, CONTROLLER, EVENTS)
        return Subject(pod=pod, entity=entity, title=fold(nodes), nodes=nodes, origins=origins)
    if kind == "job":
        job = snapshot.jobs.get(name) if snapshot is not None else None
        held = job.nodes[:MOST_NODES] if job is not None and job.running else ()
        of_nodes = (JOURNAL, CONTROLLER) if held else ()
        origins = (OUTPUT, *of_nodes, EVENTS)
        return Subject(pod=pod, entity=entity, title=f"job {name}", nodes=held, job=name, origins=origins)
    return Subject(pod=pod, entity=entity, title=entity.replace(":", " ", 1))


class LogWatch:
    """The newest entries of one log. `number` is another one when anything is; `asked` once it has answered."""

    def __init__(self) -> None:
        self.entries: deque[LogEntry] = deque(maxlen=KEPT)
        self.problems: tuple[str, ...] = ()
        self.asked = False
        self.number = 0

    def forget(self) -> None:
        """Another log comes."""
        self.entries.clear()
        self.problems, self.asked = (), False
        self.number += 1

    async def follow(self, session: Session, of: Subject, origin: str) -> None:
        """Read on until cancelled. What goes wrong is a problem to show, and is tried again."""
        async with AsyncExitStack() as stack:
            tail: Tail | None = None
            while True:
                try:
                    tail = tail or Tail(await _readers(session, of, origin, stack))
                    self._take(await tail.look(WITHIN_S), tail.problems)
                except (BackendError, TargetError) as error:
                    self._take([], (str(error),))
                await asyncio.sleep(EVERY_S[origin])

    def _take(self, new: list[LogEntry], problems: tuple[str, ...]) -> None:
        if new or problems != self.problems or not self.asked:
            self.number += 1
        self.entries.extend(new)
        self.problems, self.asked = problems, True


async def _readers(session: Session, of: Subject, origin: str, stack: AsyncExitStack) -> list[Reader]:
    pod = session.pods[of.pod]
    if origin == OUTPUT:
        return [await output_of([pod], of.job, LINES)]
    if origin == CONTROLLER:
        return controllers(session, Targets(of.pod, of.nodes))
    if pod.config.ssh is None:
        raise NotSupported(f"no [pods.{of.pod}.ssh]: no way to its nodes is configured", where=of.pod)
    shells = open_nodes(pod.config.endpoints(of.pod))
    stack.push_async_callback(shells.close)
    return journals(shells, Targets(of.pod, of.nodes), None, LINES)
