"""The process that carries an operation, so that no terminal has to: started by whoever begins or adopts one.

It holds the operation's lock from before it begins until it ends. Ended in whatever way, it leaves the operation open
in the journal, true to the last effect, for the next to take up.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Iterable
from pathlib import Path

from msgspec.structs import replace

import console
from backends.transport.child import spawn_detached
from console.config import Config, load
from console.exit import Exit
from console.operations import event as ev
from console.operations.identity import actor
from console.operations.journal import Journal
from console.operations.journal_error import JournalError
from console.operations.lock import Lock, carried, take
from console.operations.operation import Operation, fold
from console.operations.place import Place
from console.operations.plan import Plan
from console.operations.result import Result
from console.operations.step import Do
from console.state.clock import Clock
from console.state.session import Session

LOGS_KEPT = 100
LOG_BYTES = 1_000_000
_BY_SCHEDULER = frozenset({Do.CLOSE, Do.RESUME, Do.REQUEUE, Do.HOLD, Do.RELEASE, Do.JOINED})
# -P and a path of our own: whatever lies in the folder we are started in must not be imported for one of our packages.
_MAIN = "import sys; sys.path.append(sys.argv.pop(1)); from console.main import main; sys.exit(main())"


class Carried(JournalError):
    """Somebody else carries the operation."""


class Stopped(Exception):
    """The operation is left open, and why; the code is the run's."""

    def __init__(self, code: Exit, why: str) -> None:
        super().__init__(why)
        self.code = code


def claim(place: Place, operation: str, clock: Clock) -> Lock:
    """The operation's lock, signed by us. Raises Carried where somebody else has it."""
    lock = take(place, operation)
    if lock is None:
        raise Carried(f"{operation} is carried by {carried(place, operation) or 'somebody who has just ended'}")
    lock.sign(actor(), clock.now())
    return lock


def spawn(place: Place, operation: str, lock: Lock, config: str = "") -> int:
    """Start a worker and hand it the lock; its process number. `config` replaces the file the plan was made with.

    Raises BackendError or JournalError where it cannot be started; the lock is free then.
    """
    words = ["carry", operation, "--journal", str(place.journal.absolute()), "--lock", str(lock.descriptor)]
    words += ["--config", config] if config else []
    root = str(Path(console.__path__[0]).parent)
    try:
        log = _log(place, operation)
        pid = spawn_detached([sys.executable, "-P", "-c", _MAIN, root, *words], log=log, inherit=(lock.descriptor,))
    except BaseException:
        lock.release()
        raise
    lock.hand_over()
    return pid


def log_of(place: Place, operation: str) -> Path:
    """Where a worker says what does not belong into the journal."""
    return place.logs / f"{operation}.log"


def last_words(place: Place, operation: str) -> str:
    """The last line a worker said, "" where it said nothing."""
    try:
        lines = log_of(place, operation).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1].strip() if lines else ""


async def carry(place: Place, operation: str, lock: Lock, clock: Clock, config: str = "") -> Result:
    """Carry the operation to its end, with its own config or another. Raises Stopped where it is left open."""
    journal = Journal.at(place, clock.now)
    try:
        lock.sign(actor(), clock.now())
        state = _readable(journal, operation)
        if state.ended:
            return state.result
        reached = _config(state, journal, config or state.config)
        async with Session(reached, clock=clock) as session:
            return await _run(session, journal, state)
    finally:
        journal.close()
        lock.release()


def run(work: Coroutine[object, object, Result]) -> Result:
    """Run it deaf to a terminal that goes. SIGTERM and SIGINT stop it between two effects: raises Stopped."""
    return asyncio.run(_guarded(work))


def config_for(plan: Plan, config: Config) -> Config:
    """What a plan needs of a config: its pod alone, without the BMCs where no step looks at hardware."""
    alone = config.only(plan.pod)
    pod = alone.pods[plan.pod]
    hardware = pod.ssh is None or any(step.do not in _BY_SCHEDULER for step in plan.steps)
    return alone if hardware else replace(alone, pods={plan.pod: replace(pod, redfish=())})


def _readable(journal: Journal, operation: str) -> Operation:
    entries = journal.entries(operation)
    state = fold(entries)
    newer = sorted({entry.event.was for entry in entries if isinstance(entry.event, ev.Unread)})
    if newer:
        raise JournalError(
            f"{operation}: written by a newer megapod ({', '.join(newer)}), which must carry it; it stays open"
        )
    if state is None:
        raise JournalError(f"{journal.path}: no operation {operation}")
    return state


def _config(state: Operation, journal: Journal, path: str) -> Config:
    config = config_for(state.plan, load(path or None))
    if config.pods[state.plan.pod].read_only and not state.plan.empty:
        why = f"{config.path}: pod {state.plan.pod} has become read-only"
        journal.append(state.id, ev.Paused(why=why))
        raise Stopped(Exit.REFUSED, f"{why}; {state.id} stays open")
    return config


async def _run(session: Session, journal: Journal, state: Operation) -> Result:
    from console.operations.engine import Engine, LetGo  # the deeds, for who carries and nobody else
    from console.operations.world import World

    watching = asyncio.create_task(session.watch())
    working = asyncio.create_task(Engine(World(session, state.plan, journal), journal, state).run())
    try:
        await asyncio.wait((watching, working), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            watching.result()  # a watch ends by an error only
        return await working
    except LetGo as caught:
        raise Stopped(Exit.CONFLICT, f"{state.id}: {caught}") from None
    finally:
        for task in (watching, working):
            task.cancel()
        await asyncio.gather(watching, working, return_exceptions=True)


async def _guarded(work: Coroutine[object, object, Result]) -> Result:
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    try:
        return await task
    except asyncio.CancelledError:
        raise Stopped(Exit.INTERRUPTED, "stopped between two steps; the operation stays open") from None


def _log(place: Place, operation: str) -> Path:
    """A log to write to. One that has grown long begins again, old ones go: the journal is what must not be lost."""
    log = log_of(place, operation)
    try:
        place.folder(place.logs)
        if log.exists() and (log.stat().st_size > LOG_BYTES or not os.access(log, os.W_OK)):
            log.unlink()
        log.touch(mode=0o600)
        if place.shared and log.stat().st_uid == os.geteuid():
            log.chmod(0o660)
        for old in _oldest(place.logs.glob("op-*.log")):
            old.unlink(missing_ok=True)
    except OSError as error:
        raise JournalError(f"{log}: cannot be written: {error.strerror}") from error
    return log


def _oldest(logs: Iterable[Path]) -> list[Path]:
    dated = sorted(((path.stat().st_mtime, path) for path in logs), reverse=True)
    return [path for _, path in dated[LOGS_KEPT:]]
