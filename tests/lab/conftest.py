"""Real servers for tests: a whole Slurm pod, and an OpenSSH server alone. See `pod/` for how they are made."""

import asyncio
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backends.model.endpoint import SshEndpoint
from backends.slurm.adapter import SlurmScheduler
from backends.transport.ssh import SshShell

_MAIN = Path(__file__).with_name("pod")
_UP_DEADLINE_S = 90.0
_RESET_DEADLINE_S = 45.0
_SSH_PACKAGES = {"sshd": "openssh-server", "ssh-keygen": "openssh-client", "unshare": "util-linux"}
_SLURM_PACKAGES = {
    "slurmctld": "slurmctld",
    "slurmd": "slurmd",
    "scontrol": "slurm-client",
    "munged": "munge",
}


class Lab:
    """A running pod, as its keeper described it: the endpoints, and orders to its units."""

    def __init__(self, endpoints: dict[str, object]) -> None:
        self.folder = Path(str(endpoints["folder"]))
        self.names: list[str] = endpoints["nodes"]
        self.slurm_conf = str(endpoints["slurm_conf"])
        self.ssh = SshEndpoint(**endpoints["ssh"])
        self._control = str(endpoints["control"])

    def ctl(self, *words: str) -> dict[str, object]:
        """Order a unit about: start, stop, kill, pause, cont, rekey; `status` for all of them."""
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(self._control)
            with peer.makefile("rw") as lines:
                lines.write(json.dumps(words) + "\n")
                lines.flush()
                answer = json.loads(lines.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def restore(self) -> None:
        """Every unit up and going on."""
        for name, alive in self.ctl("status").items():
            if alive:
                self.ctl("cont", name)
            else:
                self.ctl("start", name)

    def run(self, *argv: str, check: bool = True) -> str:
        """Run a Slurm client command beside the pod and return its output."""
        done = subprocess.run(
            argv,
            env=os.environ | {"SLURM_CONF": self.slurm_conf},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            timeout=30,
        )
        if check and done.returncode:
            raise RuntimeError(f"{argv}: {done.stderr}")
        return done.stdout

    def sbatch(self, *options: str, script: str = "exec sleep 600") -> str:
        """Submit a job that stays, and return its number."""
        out = ["-D", "/", "-o", "/dev/null", "-e", "/dev/null", "--mem=10"]
        return self.run("sbatch", "--parsable", *out, *options, "--wrap", script).strip()

    def state(self, node: str) -> str:
        """Slurm's own word for a node, whole."""
        shown = self.run("scontrol", "-o", "show", "node", node)
        return next(word for word in shown.split() if word.startswith("State=")).removeprefix("State=")

    def reset(self) -> None:
        """As it came up: units up, no jobs, no reservations, every node idle."""
        self.restore()
        if not self.slurm_conf or self._clean():
            return
        self.run("scancel", "--user=root", check=False)
        for line in self.run("scontrol", "-o", "show", "reservations").splitlines():
            if line.startswith("ReservationName="):
                name = line.split()[0].partition("=")[2]
                self.run("scontrol", "delete", f"reservationname={name}", check=False)
        deadline = time.monotonic() + _RESET_DEADLINE_S
        while not self._clean():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the pod does not come to rest: {self.run('sinfo', '-N')}{self.run('squeue')}")
            for name in self.names:
                # Down first: only a node that comes up again is asked by slurmctld at once.
                if self.state(name) not in ("IDLE", "UNKNOWN") and not self.run("squeue", "-h", "-w", name):
                    self.run("scontrol", "update", f"nodename={name}", "state=resume", check=False)
                    self.ctl("stop", name)
                    self.ctl("start", name)
            time.sleep(0.05)  # real daemons come to rest in their own time and tell nobody

    def _clean(self) -> bool:
        states = [
            line.split(" State=")[1].split()[0] for line in self.run("scontrol", "-o", "show", "nodes").splitlines()
        ]
        return states == ["IDLE"] * len(self.names) and not self.run("squeue", "-h", "-a")


@contextmanager
def _kept(*options: str) -> Iterator[Lab]:
    """A pod that lives as long as this block, and not longer than this process, whatever ends it."""
    keeper = subprocess.Popen(
        [sys.executable, os.fspath(_MAIN), "keep", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        ready, _, _ = select.select([keeper.stdout], [], [], _UP_DEADLINE_S)
        line = keeper.stdout.readline() if ready else b""
        endpoints = json.loads(line or b'{"error": "the pod did not come up"}')
        if "error" in endpoints:
            pytest.fail(f"lab: {endpoints['error']}")
        yield Lab(endpoints)
    finally:
        keeper.stdin.close()
        keeper.wait(30)
        keeper.stdout.close()


def _require(programs: dict[str, str]) -> None:
    """Skip where a server is missing, naming its package; in CI that is a failure: nothing passes untested there."""
    missing = {package for program, package in programs.items() if not shutil.which(program, path=_PATH)}
    if not missing and os.geteuid() == 0:
        return
    why = f"apt-get install {' '.join(sorted(missing))}" if missing else "needs root for its namespaces"
    if os.environ.get("CI") == "true":
        pytest.fail(f"lab: {why}")
    pytest.skip(f"lab: {why}")  # on a laptop without the servers; in CI the line above has failed already


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


@pytest.fixture(scope="session")
def running_pod() -> Iterator[Lab]:
    """The session's one Slurm pod. Tests take `pod`, which puts it in order first."""
    _require(_SSH_PACKAGES | _SLURM_PACKAGES)
    with _kept() as lab:
        yield lab


@pytest.fixture
def pod(running_pod: Lab) -> Lab:
    """Sixteen idle nodes with eight GPUs each, two partitions, four leaf switches, no jobs."""
    running_pod.reset()
    return running_pod


@pytest.fixture(scope="session")
def real_sshd() -> None:
    """OpenSSH's server is here, and we may give it namespaces."""
    _require(_SSH_PACKAGES)


@pytest.fixture
def sshd() -> Iterator[Lab]:
    """A real sshd alone, fresh for each test: its host key may be changed and it may be killed."""
    _require(_SSH_PACKAGES)
    with _kept("--no-slurm") as lab:
        yield lab


@pytest.fixture
async def shell(pod: Lab) -> AsyncIterator[SshShell]:
    """A shell on the pod's head."""
    made = SshShell(pod.ssh)
    yield made
    await made.close()


@pytest.fixture
def scheduler(shell: SshShell) -> SlurmScheduler:
    """The Slurm adapter on the pod's head."""
    return SlurmScheduler(shell)


@pytest.fixture
def eventually() -> Callable[..., object]:
    """Wait until an async question is answered with something true, at most `within_s`."""

    async def wait(ask: Callable[[], object], within_s: float = 10.0) -> object:
        async with asyncio.timeout(within_s):
            while not (answer := await ask()):  # noqa: ASYNC110 - a real server sets no event of ours
                await asyncio.sleep(0.05)
        return answer

    return wait
