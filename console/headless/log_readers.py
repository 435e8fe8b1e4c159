"""Who reads which log: a controller's over Redfish, a node's journal and a job's output over SSH."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from backends.clean import clean
from backends.errors import NotSupported, Rejected
from backends.journald import NodeJournal
from backends.model.log import LogEntry
from backends.ports import Hardware, NodeShells, Shell
from console.exit import Exit
from console.headless.diagnostics import Stop
from console.state.session import Session
from console.targets import Targets

JOB_TIMEOUT_S = 30.0
_STDOUT = re.compile(r"(?:^|\s)StdOut=(\S+)")


class Reader(Protocol):
    """One log. `errors` is what the last reading could not read of it."""

    name: str
    errors: tuple[str, ...]

    async def read(self, *, timeout_s: float) -> list[LogEntry]:
        """What it says; a reader may say again what it has said. Raises backends.errors."""
        ...


class _Bmc:
    def __init__(self, hardware: Hardware, system: str, node: str) -> None:
        self.name = node
        self.errors: tuple[str, ...] = ()
        self._hardware = hardware
        self._system = system

    async def read(self, *, timeout_s: float) -> list[LogEntry]:  # noqa: ARG002 - HTTP has its own, from the config
        page = await self._hardware.logs(self._system, self.name)
        self.errors = page.errors
        return list(page.entries)


class _Journal:
    def __init__(self, journal: NodeJournal, node: str) -> None:
        self.name = node
        self.errors: tuple[str, ...] = ()
        self._journal = journal

    async def read(self, *, timeout_s: float) -> list[LogEntry]:
        return await self._journal.read(timeout_s=timeout_s)


class _Output:
    """The end of a file on the head node, and then what is added to it."""

    def __init__(self, shell: Shell, job: str, path: str, most: int) -> None:
        self.name = f"job {job}"
        self.errors: tuple[str, ...] = ()
        self._shell = shell
        self._job = job
        self._path = path
        self._most = most
        self._line = 0

    async def read(self, *, timeout_s: float) -> list[LogEntry]:
        first = self._line + 1 if self._line else max(1, await self._count(timeout_s) - self._most + 1)
        text = await self._run(["tail", "-n", f"+{first}", "--", self._path], timeout_s)
        lines = text.splitlines()
        if lines and not text.endswith("\n"):
            lines.pop()  # a line that is still being written
        self._line = first + len(lines) - 1
        return [
            LogEntry(node=self.name, log=self._path.rpartition("/")[2], id=str(first + place), message=line)
            for place, line in enumerate(lines)
        ]

    async def _count(self, timeout_s: float) -> int:
        said = await self._run(["wc", "-l", self._path], timeout_s)
        return int(said.split()[0])

    async def _run(self, argv: Sequence[str], timeout_s: float) -> str:
        command = await self._shell.run(argv, timeout_s=timeout_s)
        if command.status:
            raise Rejected(
                f"{clean(self._path)} cannot be read on the head node: {clean(command.stderr, 120)}",
                where=self._shell.where,
                remedy="on a file system of the nodes alone? `megapod exec NODE -- tail` reads it there",
            )
        return command.stdout


def bmc(session: Session, targets: Targets) -> list[Reader]:
    """The controllers' logs of some nodes. Raises Stop where a node has none that is known."""
    pod, snapshot = session.pods[targets.pod], session.store[targets.pod]
    readers: list[Reader] = []
    for name in targets.nodes:
        facts = snapshot.nodes[name].hardware
        hardware = pod.adapters.hardware.get(facts.source) if facts else None
        if facts is None or hardware is None:
            raise Stop(Exit.PARTIAL, f"{name}: no controller tells of it; --from journal reads its own journal")
        readers.append(_Bmc(hardware, facts.system, name))
    return readers


def journal(shells: NodeShells, nodes: Sequence[str], since: datetime | None, most: int) -> list[Reader]:
    """The journals of some nodes."""
    return [_Journal(NodeJournal(shells, node, since=since, most=most), node) for node in nodes]


async def job(session: Session, identity: str, most: int) -> Reader:
    """The output of a job that its scheduler still knows. Raises Stop and backends.errors."""
    for pod in session.pods.values():
        shell = pod.adapters.shell
        if shell is None:
            continue
        conf = pod.config.endpoints(pod.name).scheduler
        env = [f"SLURM_CONF={conf.slurm_conf}"] if conf and conf.slurm_conf else []
        argv = ["env", *env, "scontrol", "-o", "show", "job", identity]
        command = await shell.run(argv, timeout_s=JOB_TIMEOUT_S)
        found = _STDOUT.search(command.stdout)
        if found and found[1] not in ("(null)", "/dev/null"):
            return _Output(shell, identity, found[1], most)
        if found:
            raise NotSupported(f"job {clean(identity, 40)} writes no output file", where=pod.name)
    raise Stop(Exit.USAGE, f"--job {clean(identity, 40)}: no pod's scheduler knows it; an ended job is soon forgotten")
