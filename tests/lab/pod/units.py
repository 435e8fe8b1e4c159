"""The daemons of a pod as units that can be started, stopped, killed, paused and let go on.

sshd forks a process for every connection and slurmd one for every job step, so killing and pausing act on the whole
tree below a unit: "sshd killed mid-command" means that its connections die too.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

_STOP_DEADLINE_S = 10.0


class Units:
    """Runs in the pod's namespaces as their first process, and collects every orphan there."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._commands: dict[str, tuple[list[str], Path, str]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def add(self, name: str, argv: list[str], log: Path, host_name: str = "") -> None:
        """Declare a unit and start it, with its own host name where one is given."""
        self._commands[name] = (argv, log, host_name)
        self.start(name)

    def start(self, name: str) -> None:
        """Start a unit that is not running."""
        argv, log, host_name = self._commands[name]
        if self.up(name):
            return
        if host_name:
            argv = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host_name, *argv]
        with log.open("ab") as output:
            self._running[name] = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
                cwd="/",
                start_new_session=True,
            )

    def up(self, name: str) -> bool:
        """Whether the unit's first process lives."""
        self.reap()
        process = self._running.get(name)
        return process is not None and process.returncode is None

    def stop(self, name: str) -> None:
        """Ask a unit to end, and wait until it has."""
        process = self._running[name]
        if not self.up(name):
            return
        self.signal(name, signal.SIGCONT)
        os.kill(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_DEADLINE_S
        while self.up(name):
            if time.monotonic() > deadline:
                self.kill(name)
                return
            time.sleep(0.01)  # the kernel ends it in its own time

    def kill(self, name: str) -> None:
        """End a unit and everything below it without asking."""
        self.signal(name, signal.SIGKILL)
        while self.up(name):
            time.sleep(0.01)  # the kernel ends it in its own time

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a unit and everything below it, the root first so that it forks nothing more."""
        if not self.up(name):
            return
        for pid in _tree(self._running[name].pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def status(self) -> dict[str, bool]:
        """Every unit, and whether it lives."""
        return {name: self.up(name) for name in self._commands}

    def reap(self) -> None:
        """Collect whoever ended: our units and the orphans that a namespace's first process inherits."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for process in self._running.values():
                if process.pid == pid:
                    process.returncode = os.waitstatus_to_exitcode(status)


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended while we looked
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found
