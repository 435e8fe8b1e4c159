"""Runs megapod's commands in processes forked from one that has loaded everything: a whole run for the price of a fork.

Reads a line of JSON a command from stdin (`words`, `env`, `stdin`, `stdout`, `stderr`: files or null for closed, and
`encoding`), runs it, and answers its exit code. What it cannot show is what start-up itself costs or loads.
"""

import contextlib
import importlib
import json
import os
import select
import signal
import sys
from pathlib import Path

import console.main

WITHIN_S = 60.0

for verb in (*console.main.VERBS, *console.main.HIDDEN):
    importlib.import_module(f"console.headless.{verb}")
for name in ("backends.transport.http", "backends.transport.ssh", "backends.slurm.adapter", "backends.redfish.adapter"):
    importlib.import_module(name)


def attach(descriptor: int, path: str | None, flags: int) -> bool:
    """Give a descriptor to a file, or close it."""
    if path is None:
        os.close(descriptor)
        return False
    opened = os.open(path, flags | os.O_CREAT, 0o600)
    os.dup2(opened, descriptor)
    os.close(opened)
    return True


def child(asked: dict) -> int:
    """The process of one command, as Python would have made it."""
    os.environ.update(asked["env"])
    streams = (("stdin", 0, os.O_RDONLY, "r"), ("stdout", 1, os.O_WRONLY, "w"), ("stderr", 2, os.O_WRONLY, "w"))
    for name, descriptor, flags, mode in streams:
        there = attach(descriptor, asked[name], flags)
        stream = open(descriptor, mode, encoding=asked["encoding"], closefd=False) if there else None  # noqa: SIM115 - the process's own
        setattr(sys, name, stream)
    try:
        code = console.main.main(asked["words"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what Python would print at the top
        sys.excepthook(*sys.exc_info())
        code = 1
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        code = 120
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.flush()
    return code


def ended(pid: int) -> int:
    """The exit code of a child, -9 for one that did not come to an end in time."""
    with open(os.pidfd_open(pid)) as handle:  # noqa: PTH123 - a descriptor
        if not select.select([handle], [], [], WITHIN_S)[0]:
            os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    requests = os.fdopen(os.dup(0))
    for line in requests:
        pid = os.fork()
        if pid == 0:
            answers.close()
            os.chdir(Path(__file__).parent)
            os._exit(child(json.loads(line)) & 255)
        code = ended(pid)
        answers.write(f"{code}\n")
        answers.flush()


if __name__ == "__main__":
    main()
