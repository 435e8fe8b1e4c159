"""Eight real sshd addresses as the nodes of a pod, reached through the first of them or directly, for all tests."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SERVERS = Path(__file__).with_name("sshds.py")
ADDRESSES = 8
UP_WITHIN_S = 60.0


@dataclass(frozen=True)
class Many:
    """What listens, and with which keys."""

    addresses: list[str]
    port: int
    folder: Path

    @property
    def ssh(self) -> dict[str, object]:
        """The head: the first address."""
        return {
            "host": self.addresses[0],
            "port": self.port,
            "user": "root",
            "identity": str(self.folder / "id"),
            "known_hosts": str(self.folder / "known_hosts"),
        }

    def node_ssh(self, via: str = "direct", **more: object) -> dict[str, object]:
        """Nodes are named by the last number of their address."""
        return {"via": via, "host": self.addresses[0].rpartition(".")[0] + ".{node}", "port": self.port, **more}


@pytest.fixture(scope="session")
def many(real_sshd) -> Iterator[Many]:
    """The servers, up for the whole session."""
    keeper = subprocess.Popen(
        [sys.executable, os.fspath(SERVERS), str(ADDRESSES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        ready, _, _ = select.select([keeper.stdout], [], [], UP_WITHIN_S)
        found = json.loads(keeper.stdout.readline() if ready else b'{"addresses": []}')
        if not found["addresses"]:
            pytest.fail("no sshd came up")
        yield Many(found["addresses"], found["port"], Path(found["folder"]))
    finally:
        keeper.stdin.close()
        keeper.wait(30)
        keeper.stdout.close()


Exec = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def config(many, tmp_path) -> Callable[..., Path]:
    """Write a config of one pod, `many`; keyword arguments are lines of its own table."""

    def write(*, node_ssh: dict[str, object] | None = None, policy: str = "", **pod: object) -> Path:
        path = tmp_path / "config.toml"
        tables = {
            "": {"read_only": False, **pod},
            ".ssh": many.ssh,
            ".node_ssh": node_ssh or many.node_ssh(),
        }
        path.write_text(
            "".join(
                f"[pods.many{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
                for name, table in tables.items()
            )
            + (f"[pods.many.policy]\n{policy}\n" if policy else "")
        )
        return path

    return write


@pytest.fixture
def megapod(tmp_path) -> Exec:
    """Run `megapod` as a process of its own, with a journal of the test's own."""

    def run(*words: object, **more: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "console", *map(str, words)],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
            **more,
        )

    return run


@pytest.fixture
def eventually_sync() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so on this machine, at most ten seconds."""

    def wait(so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10.0
        while not so():
            assert time.monotonic() < deadline
            time.sleep(0.05)  # other processes come up in their own time and tell nobody

    return wait
