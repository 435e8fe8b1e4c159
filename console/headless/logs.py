"""`megapod logs NODES`: what a node's controller, its journal or a job's output say, each read where it lies."""

import argparse
import asyncio
import re
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import asdict

from backends.clean import printable
from backends.model.log import LogEntry
from backends.registry import open_nodes
from console.config import Config, load
from console.exit import Exit
from console.headless import loop, output, targeting
from console.headless.changes import Told, remember, remembered
from console.headless.diagnostics import Stop, say
from console.headless.looking import aimed_at, look_for, scheduler_only
from console.logs.controller import controllers
from console.logs.job_output import output_of
from console.logs.journal import journals
from console.logs.reader import Reader
from console.logs.tail import Tail
from console.state.session import Session
from console.target_error import TargetError

EVERY_S = 2.0
EVERY_BMC_S = 10.0


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    config = load(arguments.config).only(arguments.pod)
    if bool(arguments.nodes.strip() or arguments.select is not None) == bool(arguments.job):
        if arguments.job:
            raise TargetError("logs of nodes, or of a job: not both at once")
        raise TargetError("logs of what? Name nodes, as in `megapod logs gpu007`, or a job with --job")
    if not arguments.job:
        targeting.aimed(arguments, "logs")
    try:
        pattern = re.compile(arguments.grep)
    except re.error as error:
        raise Stop(Exit.USAGE, f"--grep {arguments.grep}: no regular expression: {error}") from None
    return loop.run(_logs(arguments, config, pattern, Marks(arguments.cursor)))


async def _logs(arguments: argparse.Namespace, config: Config, pattern: re.Pattern[str], marks: "Marks") -> Exit:
    async with AsyncExitStack() as stack:
        over_ssh = arguments.job or arguments.origin == "journal"
        by_scheduler = over_ssh and (arguments.job or not targeting.needs_controllers(arguments))
        session = await stack.enter_async_context(Session(scheduler_only(config) if by_scheduler else config))
        readers = await _readers(arguments, session, arguments.since, stack)
        marks.set(readers)
        tail, show = Tail(readers), _Shown(pattern, arguments.since, arguments, marks)
        whole = await _read(tail, show, arguments.timeout_s, limit=None if marks.kept else arguments.most)
        if not arguments.follow:
            return Exit.DONE if whole else Exit.PARTIAL
        every_s = EVERY_S if over_ssh else EVERY_BMC_S
        gone = asyncio.create_task(output.left())
        try:
            while not gone.done():
                await asyncio.wait([gone], timeout=every_s)
                whole = await _read(tail, show, arguments.timeout_s, limit=None) and whole
        finally:
            gone.cancel()
    return Exit.DONE if whole else Exit.PARTIAL


async def _readers(
    arguments: argparse.Namespace, session: Session, since: datetime | None, stack: AsyncExitStack
) -> list[Reader]:
    if arguments.job:
        return [await output_of(session.pods.values(), arguments.job, arguments.most)]
    snapshots = await look_for(arguments, session)
    targets = aimed_at(arguments, snapshots, session.clock.now())
    if arguments.origin == "bmc":
        return controllers(session, targets)
    pod = session.pods[targets.pod].config
    if pod.ssh is None:
        raise Stop(Exit.USAGE, f"{targets.pod}: no [pods.{targets.pod}.ssh]: no way to its nodes is configured")
    shells = open_nodes(pod.endpoints(targets.pod))
    stack.push_async_callback(shells.close)
    return journals(shells, targets, since, arguments.most)


async def _read(tail: Tail, show: "_Shown", timeout_s: float, limit: int | None) -> bool:
    """One look at every log, printed by time. Whether all of them answered in full."""
    before = tail.problems
    entries = await tail.look(timeout_s)
    for problem in tail.problems:
        if problem not in before:  # who follows hears it once
            say(problem)
    show(entries, limit)
    return not tail.problems


class Marks:
    """How far each log was printed, kept in the file of `--cursor`; nowhere where there is none.

    `kept`: some of these logs were read before, and all that is new in them is to be printed.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path) if path else None
        self._told = remembered(self._path, "logs") if self._path else Told(kind="logs")
        self._readers: tuple[Reader, ...] = ()
        self.kept = False

    def set(self, readers: Iterable[Reader]) -> None:
        """Let the logs go on from there."""
        self._readers = tuple(readers)
        for reader in self._readers:
            if mark := self._told.items.get(reader.key):
                reader.mark, self.kept = mark, True

    def keep(self) -> None:
        """What has been read now has been printed, too."""
        if self._path is not None:
            self._told.items |= {reader.key: reader.mark for reader in self._readers}
            remember(self._path, self._told)


class _Shown:
    """Prints entries: those that match."""

    def __init__(
        self, pattern: re.Pattern[str], since: datetime | None, arguments: argparse.Namespace, marks: Marks
    ) -> None:
        self._pattern = pattern
        self._marks = marks
        self._since = since
        self._how = arguments.output

    def __call__(self, entries: list[LogEntry], limit: int | None) -> None:
        wanted = [entry for entry in entries if self._wanted(entry)]
        for entry in wanted if limit is None else wanted[-limit:]:
            if self._how == "jsonl":
                output.write_json(asdict(entry), indent=False)
            else:
                output.write(_line(entry))
        self._marks.keep()

    def _wanted(self, entry: LogEntry) -> bool:
        if self._since is not None and entry.at is not None and entry.at < self._since:
            return False
        return self._pattern.search(entry.message) is not None


def _line(entry: LogEntry) -> str:
    at = f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if entry.at else "?"
    by = f" {entry.by}:" if entry.by else ""
    text = printable(entry.message).replace("\n", "\n    ")
    return f"{at}  {entry.node}  {entry.log}  {entry.severity.value:<8} {by.lstrip()} {text}".rstrip() + "\n"
