"""What a job writes: the end of its output file on the head node, and then what is added to it."""

import re
from collections.abc import Iterable, Sequence

from backends.clean import clean
from backends.errors import NotSupported, Rejected
from backends.model.log import LogEntry
from backends.ports import Shell
from console.logs.reader import Reader
from console.state.session import Pod
from console.target_error import TargetError

_FIND_WITHIN_S = 30.0
_STDOUT = re.compile(r"(?:^|\s)StdOut=(\S+)")


class JobOutput:
    """The output file of one job. Its mark is the number of its last line that was read."""

    def __init__(self, shell: Shell, job: str, path: str, most: int) -> None:
        self.name = f"job {job}"
        self.key = f"{shell.where}:{path}"
        self.errors: tuple[str, ...] = ()
        self._shell = shell
        self._path = path
        self._most = most
        self._line = 0

    @property
    def mark(self) -> dict[str, str]:
        """The last line that was read."""
        return {"line": str(self._line)} if self._line else {}

    @mark.setter
    def mark(self, mark: dict[str, str]) -> None:
        line = mark.get("line", "")
        self._line = int(line) if line.isdecimal() else 0

    async def read(self, *, timeout_s: float) -> list[LogEntry]:
        """The last lines, then what is new. A line that is still being written waits for its end."""
        first = self._line + 1 if self._line else max(1, await self._count(timeout_s) - self._most + 1)
        text = await self._run(["tail", "-n", f"+{first}", "--", self._path], timeout_s)
        lines = text.splitlines()
        if lines and not text.endswith("\n"):
            lines.pop()
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


async def output_of(pods: Iterable[Pod], identity: str, most: int) -> Reader:
    """The output of a job that the scheduler of one of these pods still knows, its last `most` lines at first.

    Raises TargetError where none knows it, and backends.errors.
    """
    for pod in pods:
        shell = pod.adapters.shell
        if shell is None:
            continue
        conf = pod.config.endpoints(pod.name).scheduler
        env = [f"SLURM_CONF={conf.slurm_conf}"] if conf and conf.slurm_conf else []
        argv = ["env", *env, "scontrol", "-o", "show", "job", identity]
        command = await shell.run(argv, timeout_s=_FIND_WITHIN_S)
        found = _STDOUT.search(command.stdout)
        if found and found[1] not in ("(null)", "/dev/null"):
            return JobOutput(shell, identity, found[1], most)
        if found:
            raise NotSupported(f"job {clean(identity, 40)} writes no output file", where=pod.name)
    raise TargetError(f"job {clean(identity, 40)}: no pod's scheduler knows it; an ended job is soon forgotten")
