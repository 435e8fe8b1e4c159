"""One command on 256 real sshd addresses: megapod exec beside clush, pdsh and parallel-ssh, in turn.

    python tests/bench/bench_exec.py [--nodes 256] [--rounds 3] [--pssh PYTHON]

Needs root (namespaces for the servers) and OpenSSH's server; a peer that is not installed is left out and named.
`--pssh` is a Python that can import `pssh` (parallel-ssh pins its own compiled libraries). Client and servers share
the machine, so seconds are pessimistic and the ratios are what counts: an sshd forks and runs a shell for each
connection whoever asks. "curve25519" holds OpenSSH's client to the key exchange that asyncssh speaks with it; as
shipped, OpenSSH 9.2 spends some 100 ms of CPU a handshake on sntrup761, which asyncssh does not offer. "kept" is the
second run over connections that are open: within one megapod process, and by ControlPersist for clush.
"""

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from alternate import run
from beside import note

from backends.model.answer import Ending
from backends.model.endpoint import NodeSsh, SshEndpoint
from backends.transport.fanout import Fanout
from backends.transport.ssh_nodes import NodeShells
from console.targets import fold

SERVERS = Path(__file__).parents[1] / "lab" / "many" / "sshds.py"
AT_ONCE = 64
PSSH = """
import sys
from pssh.clients import ParallelSSHClient
hosts, port, key = sys.argv[1].split(','), int(sys.argv[2]), sys.argv[3]
client = ParallelSSHClient(hosts, user='root', port=port, pkey=key, pool_size=64)
answers = client.run_command('hostname', stop_on_errors=True)
client.join(answers)
assert all(one.exit_code == 0 for one in answers)
"""


class Place:
    """The servers as they said they are, and the files that lead each tool there."""

    def __init__(self, ready: dict[str, object], folder: Path) -> None:
        self.addresses: list[str] = ready["addresses"]
        self.port = int(ready["port"])
        self.keys = Path(str(ready["folder"]))
        self.folder = folder
        self.set = fold(self.addresses)
        self.config = self._config()

    @property
    def ssh(self) -> dict[str, object]:
        return {
            "host": self.addresses[0],
            "port": self.port,
            "user": "root",
            "identity": str(self.keys / "id"),
            "known_hosts": str(self.keys / "known_hosts"),
        }

    def _config(self) -> Path:
        path = self.folder / "config.toml"
        tables = {"": {"read_only": False}, ".ssh": self.ssh, ".node_ssh": {"via": "direct", "port": self.port}}
        path.write_text(
            f"journal = {json.dumps(str(self.folder / 'journal.db'))}\n"
            + "".join(
                f"[pods.many{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
                for name, table in tables.items()
            )
        )
        return path

    def ssh_config(self, name: str, *lines: str) -> Path:
        path = self.folder / f"ssh_{name}"
        path.write_text(
            f"Port {self.port}\nUser root\nIdentityFile {self.keys}/id\nIdentitiesOnly yes\n"
            f"UserKnownHostsFile {self.keys}/known_hosts\nStrictHostKeyChecking yes\n" + "\n".join(lines) + "\n"
        )
        return path


def megapod(place: Place) -> Callable[[], float]:
    """A whole process: imports, the journal's two writes and the printing included."""
    words = ["exec", place.set, "--as-named", "--yes", "--at-once", str(AT_ONCE), "--config", str(place.config)]
    return lambda: run([sys.executable, "-m", "console", *words, "--", "hostname"]).wall_s


def clush(place: Place, config: Path) -> Callable[[], float]:
    argv = ["clush", "-b", "-f", str(AT_ONCE), "-w", place.set, "-o", f"-F {config}", "hostname"]
    return lambda: run(argv).wall_s


def pdsh(place: Place, config: Path) -> Callable[[], float]:
    env = {"PDSH_SSH_ARGS_APPEND": f"-F {config}"}
    argv = ["pdsh", "-S", "-R", "ssh", "-f", str(AT_ONCE), "-w", place.set, "hostname"]
    return lambda: run(argv, env).wall_s


def parallel_ssh(place: Place, python: str) -> Callable[[], float]:
    argv = [python, "-c", PSSH, ",".join(place.addresses), str(place.port), str(place.keys / "id")]
    return lambda: run(argv).wall_s


class Kept:
    """megapod's own connections, kept: what a second command costs the process that has them."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._loop = asyncio.new_event_loop()
        self._shells = NodeShells(NodeSsh(via="direct", port=place.port), SshEndpoint(**place.ssh))

    def __call__(self) -> float:
        return self._loop.run_until_complete(self._ask())

    def close(self) -> None:
        self._loop.run_until_complete(self._shells.close())
        self._loop.close()

    async def _ask(self) -> float:
        began = time.perf_counter()
        fanout = Fanout(self._shells, self._place.addresses, ["hostname"], at_once=AT_ONCE, timeout_s=60)
        async for answer in fanout.answers():
            assert answer.ending is Ending.DONE, answer
        return time.perf_counter() - began


def table(title: str, ours: Callable[[], float], peers: dict[str, Callable[[], float]], rounds: int) -> None:
    """Every tool once a round, in turn; medians, and the median of each round's ratio to ours. One round warms up."""
    walls: dict[str, list[float]] = {"megapod": [], **{name: [] for name in peers}}
    for number in range(rounds + 1):
        for name, one in {"megapod": ours, **peers}.items():
            seconds = one()
            if number:
                walls[name].append(seconds)
    print(title)
    for name, seconds in walls.items():
        ratio = statistics.median(peer / own for peer, own in zip(seconds, walls["megapod"], strict=True))
        print(f"  {name:<28} {statistics.median(seconds):7.2f} s   {ratio:5.2f} x megapod's time", flush=True)
        if name != "megapod":
            note(title, statistics.median(walls["megapod"]), name, statistics.median(seconds), "s")


def bench(place: Place, rounds: int, pssh: str) -> None:
    shipped = place.ssh_config("shipped")
    curve = place.ssh_config("curve", "KexAlgorithms curve25519-sha256")
    persist = place.ssh_config(
        "persist", "ControlMaster auto", f"ControlPath {place.folder}/%h", "ControlPersist 600", "LogLevel ERROR"
    )
    peers: dict[str, Callable[[], float]] = {}
    found = {tool: shutil.which(tool) is not None for tool in ("clush", "pdsh")}
    if found["clush"]:
        peers |= {"clush": clush(place, shipped), "clush, curve25519": clush(place, curve)}
    if found["pdsh"]:
        peers |= {"pdsh": pdsh(place, shipped), "pdsh, curve25519": pdsh(place, curve)}
    if pssh:
        peers["parallel-ssh"] = parallel_ssh(place, pssh)
    for missing in [tool for tool, there in found.items() if not there] + ([] if pssh else ["parallel-ssh"]):
        print(f"not here: {missing}")
    table(f"`hostname` on {len(place.addresses)} addresses, new connections", megapod(place), peers, rounds)
    if not found["clush"]:
        return
    kept = Kept(place)
    try:
        table("the same over kept connections", kept, {"clush, ControlPersist": clush(place, persist)}, rounds)
    finally:
        kept.close()
        for address in place.addresses:
            subprocess.run(["ssh", "-F", persist, "-O", "exit", address], check=False, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pssh", default="", help="a Python with parallel-ssh")
    arguments = parser.parse_args()
    servers = subprocess.Popen(
        [sys.executable, SERVERS, str(arguments.nodes)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        ready = json.loads(servers.stdout.readline())
        with tempfile.TemporaryDirectory(prefix="mp-exec-") as folder:
            bench(Place(ready, Path(folder)), arguments.rounds, arguments.pssh)
    finally:
        servers.stdin.close()
        servers.wait(30)


if __name__ == "__main__":
    main()
