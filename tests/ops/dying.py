"""Workers that die by SIGKILL at a chosen event of their journal, forked from a process that has loaded everything.

Reads a line of JSON a worker from stdin: `words` (the verb's own), `env`, `after` (die right after that many events of
ours are on the disk), `before` (die when that one is about to be written: its effect has happened, its record is
missing), `noted` (die after that many lines of evidence, which are not among the events counted otherwise), `at` (die
after the first of these kinds, and of the steps whose id begins with `step`). Answers how it ended, as
`os.waitstatus_to_exitcode` has it. The product has no hook for this: `append` itself is wrapped here.
"""

import gc
import importlib
import json
import os
import select
import signal
import sys
from datetime import timedelta
from pathlib import Path

import console.main
from console.operations.deeds import pace, power
from console.operations.event import Noted
from console.operations.journal import Journal
from console.operations.journal_codec import kind_of

WITHIN_S = 60.0

LOADED = (
    "console.headless.carry console.headless.ops console.headless.ops_word console.headless.options "
    "console.headless.usage.carry console.headless.usage.ops console.insight.rules console.operations.engine "
    "console.operations.world backends.transport.http backends.transport.ssh backends.slurm.adapter "
    "backends.redfish.adapter anyio.abc anyio._backends._asyncio httpcore concurrent.futures.thread encodings.idna"
)
"""What a worker would load when it is needed: once here, not once a worker."""

for name in LOADED.split():
    importlib.import_module(name)
gc.freeze()  # what is loaded is not looked through, and so not copied, by each child

# The pod of these tests lives twenty times as fast as a real one, and so shows a reset as much sooner.
power.TOO_EARLY = timedelta(seconds=2)
# As above: what it costs to look more often is nothing here.
pace.EVERY_S = 0.1


def die() -> None:
    """As the kernel does it: nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(after: int, before: int, noted: int, at: str, step: str) -> None:
    """Have this process die at that event."""
    append = Journal.append
    told = {True: 0, False: 0}

    def counted(self: Journal, operation: str, event: object) -> object:
        evidence = isinstance(event, Noted)
        told[evidence] += 1
        if not evidence and told[False] == before:
            die()
        entry = append(self, operation, event)
        there = kind_of(event) in at.split() and getattr(event, "step", "").startswith(step)
        if told[evidence] == (noted if evidence else after) or there:
            die()
        return entry

    Journal.append = counted


def child(asked: dict) -> int:
    """One worker, as `spawn` would have made it: no stdin, a session of its own, its words in a log."""
    os.setsid()
    os.environ.update(asked["env"])
    for descriptor, path, flags in ((0, os.devnull, os.O_RDONLY), (1, asked["log"], os.O_WRONLY)):
        os.dup2(os.open(path, flags | os.O_CREAT | os.O_APPEND, 0o600), descriptor)
    os.dup2(1, 2)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - the process's own
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115 - as above
    mortal(asked["after"], asked["before"], asked["noted"], asked["at"], asked["step"])
    try:
        return console.main.main(asked["words"])
    except BaseException:  # noqa: BLE001 - what Python would print at the top
        sys.excepthook(*sys.exc_info())
        return 1


def ended(pid: int) -> int:
    """How a child came to its end; one that does not is ended here."""
    with open(os.pidfd_open(pid)) as handle:  # noqa: PTH123 - a descriptor
        if not select.select([handle], [], [], WITHIN_S)[0]:
            os.kill(pid, signal.SIGTERM)
            select.select([handle], [], [], 5.0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    requests = os.fdopen(os.dup(0))
    for line in requests:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.chdir(Path(__file__).parent)
            os._exit(child(asked) & 255)
        answers.write(f"{ended(pid)}\n")
        answers.flush()


if __name__ == "__main__":
    main()
