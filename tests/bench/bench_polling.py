"""What a round of polling costs the head node: megapod's text beside `--json`, on a real slurmctld.

    python tests/bench/bench_polling.py [--nodes 5000] [--jobs 5000] [--rounds 5]

Needs root and Debian's Slurm. Four nodes have a real slurmd, the others are Slurm's cloud nodes: slurmctld holds each
as it would any, and its jobs hold them, but no daemon is behind. A round is the nodes and the jobs, once. Counted are
the CPU of slurmctld and of all that ran under sshd for the round (its sessions, shells and Slurm's commands), the bytes
that came over the wire, and what they were before SSH compressed them, where ssh_config says so. By default nothing is
compressed: 100 pods took 0.9 of a core so, and 0.5 without (bench_fleet.py). "first round" is megapod's first, which
learns what jobs hold. All the jobs hold a node (CONFIGURING).

The peer asks by `sinfo --json` and `squeue --json`, over one kept connection as megapod does, uncompressed as `ssh` is;
Slurm 22.05, which is what Debian 12 has, writes a third of what 24.11 does (notes of both: 23 MB and 62 MB a round).

Not taken, each measured on this pod (Slurm 22.05, CPU of the command and of slurmctld for it):

  `sinfo -N -O` with the few fields that change     a tenth of the bytes of `scontrol show nodes`, nine times its CPU
  `sinfo -O` without -N, to see whether any did     60 ms and 2 kB, where all of them are 80 ms and 3 MB: dearer as soon
                                                    as three rounds in four bring a change, and the CPUs that jobs hold
                                                    are told of a group of nodes only, not of each
  `squeue -o %i`, the least it can say              130 ms of the 140 that all 16 fields take
  slurmrestd, `?update_time=`                       10-20 ms where nothing changed (304); one job of 5,000 that changed
                                                    is all of them again, 1.7 s and 18.7 MB, and 260 MB that slurmrestd
                                                    keeps; nodes that changed are a 500 until asked for without it

So the squeue alone is a tenth of the CPU of `--json` on 22.05, and nodes and jobs together stay above that there.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from beside import note

from backends.model.endpoint import SshEndpoint
from backends.slurm.adapter import SlurmScheduler
from backends.transport.ssh import SshShell

POD = Path(__file__).parents[1] / "lab" / "pod"
REAL = 4
TICKS = os.sysconf("SC_CLK_TCK")
JSON = (("sinfo", "--json"), ("squeue", "--json"))
SUBMITTED_WITHIN_S = 300.0


class Counting(SshShell):
    """A shell that counts what it was answered, and what came over the wire."""

    answered = 0

    @property
    def wire(self) -> int:
        """Bytes received on its connection: Linux, tcp_info.tcpi_bytes_received."""
        told = self._link.connection.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        return struct.unpack_from("Q", told, 128)[0]

    async def run(self, argv, *, timeout_s=None, leashed=False):
        command = await super().run(argv, timeout_s=timeout_s, leashed=leashed)
        self.answered += len(command.stdout) + len(command.stderr)
        return command


@dataclass(frozen=True)
class Cost:
    """One round: seconds on the wall, CPU of slurmctld and of what sshd started, of us, and bytes."""

    wall_s: float
    ctld_s: float
    commands_s: float
    own_s: float
    sent: int
    wire: int

    @property
    def head_s(self) -> float:
        return self.ctld_s + self.commands_s


class Head:
    """The daemons of a pod, by the folder in their command lines."""

    def __init__(self, folder: str) -> None:
        self._ctld = self._find("slurmctld", f"{folder}/slurm.conf")
        self._sshd = self._find("sshd", f"{folder}/ssh/sshd_config")

    @staticmethod
    def _find(*words: str) -> int:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                line = (process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            except OSError:
                continue
            if all(word in line for word in words):
                return int(process.name)
        raise LookupError(" ".join(words))

    def ctld_s(self) -> float:
        return sum(self._times(self._ctld)[:2])

    def commands_s(self) -> float:
        """Of what has ended below the listening sshd, and of what lives there."""
        return self._below(self._sshd)

    def _below(self, pid: int) -> float:
        spent = sum(self._times(pid))
        children = Path(f"/proc/{pid}/task/{pid}/children")
        return spent + sum(self._below(int(child)) for child in children.read_text().split())

    @staticmethod
    def _times(pid: int) -> list[float]:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return [0.0] * 4
        return [int(field) / TICKS for field in fields[11:15]]


async def cost(head: Head, shell: Counting, ask: Callable[[], Awaitable[object]]) -> Cost:
    """What one round took. The head node is let come to rest before and after: sshd collects what it started."""
    ctld, commands, sent, wire = head.ctld_s(), head.commands_s(), shell.answered, shell.wire
    own, began = time.process_time(), time.perf_counter()
    await ask()
    wall, own = time.perf_counter() - began, time.process_time() - own
    await asyncio.sleep(0.5)
    spent = head.ctld_s() - ctld, head.commands_s() - commands
    return Cost(wall, *spent, own, shell.answered - sent, shell.wire - wire)


def shown(name: str, rounds: list[Cost]) -> Cost:
    """Print the medians; returns them."""
    middle = Cost(*(statistics.median(getattr(one, part) for one in rounds) for part in Cost.__annotations__))
    print(
        f"  {name:<24} {middle.wire / 1e6:6.2f} MB ({middle.sent / 1e6:5.2f} of text)   head {middle.head_s:6.3f} s CPU"
        f" (slurmctld {middle.ctld_s:.3f}, commands {middle.commands_s:.3f})   own {middle.own_s:6.3f} s CPU  "
        f" {middle.wall_s:6.2f} s",
        flush=True,
    )
    return middle


async def bench(pod: dict, rounds: int) -> None:
    head = Head(pod["folder"])
    patient = {**pod["ssh"], "connect_timeout_s": 60, "command_timeout_s": 300}
    plain = Path(pod["folder"]) / "uncompressed"
    plain.write_text("Compression no\n")
    ours, theirs = Counting(SshEndpoint(**patient)), Counting(SshEndpoint(**patient, config=str(plain)))
    scheduler = SlurmScheduler(ours)
    counts: list[int] = []

    async def text() -> None:
        nodes, jobs = await scheduler.nodes(), await scheduler.jobs()
        counts[:] = [len(nodes.nodes), len(jobs.jobs), sum(bool(job.gpu_indices) for job in jobs.jobs.values())]

    async def as_json() -> None:
        for argv in JSON:
            answer = await theirs.run(argv)
            assert answer.status == 0, answer.stderr
            json.loads(answer.stdout)

    try:
        await asyncio.gather(ours.reach(), theirs.reach())
        first = await cost(head, ours, text)
        print(f"{counts[0]} nodes, {counts[1]} jobs; a round costs (medians of {rounds}):")
        shown("megapod, first round", [first])
        pairs = [(await cost(head, ours, text), await cost(head, theirs, as_json)) for _ in range(rounds)]
        mine = shown("megapod, steady", [one for one, _ in pairs])
        peer = shown("sinfo, squeue --json", [one for _, one in pairs])
        print(
            f"  megapod's share: {mine.wire / peer.wire:.3f} of the bytes ({mine.sent / peer.sent:.2f} of the text),"
            f" {mine.head_s / peer.head_s:.2f} of the head node's CPU, {mine.own_s / peer.own_s:.2f} of the reader's"
        )
        title = f"a round of {counts[0]} nodes, {counts[1]} jobs"
        note(f"{title}: wire", mine.wire / 1e6, "--json", peer.wire / 1e6, "MB")
        note(f"{title}: head's CPU", mine.head_s, "--json", peer.head_s, "s")
    finally:
        await asyncio.gather(ours.close(), theirs.close())


def submit(pod: dict, jobs: int) -> None:
    """Jobs of one node and one GPU each, on the cloud nodes: arrays, whose elements are jobs once they hold one."""
    env = {**os.environ, "SLURM_CONF": pod["slurm_conf"]}
    told = subprocess.run(["sinfo", "-h", "-o", "%R"], env=env, check=True, capture_output=True, text=True).stdout
    places = sorted({name for name in told.split() if name.startswith("cloud")})
    for number, place in enumerate(places):
        count = (jobs + number) // len(places)
        words = [f"--partition={place}", "--nodes=1", "--gpus-per-node=1", "--mem=1000", f"--array=1-{count}"]
        if count:
            argv = ["sbatch", "--output=/dev/null", *words, "--wrap", "sleep 86400"]
            subprocess.run(argv, env=env, check=True, capture_output=True)
    deadline = time.monotonic() + SUBMITTED_WITHIN_S
    while True:
        out = subprocess.run(["squeue", "-h", "-t", "CF,R", "-o", "%i"], env=env, check=True, capture_output=True)
        placed = len(out.stdout.split())
        if placed >= jobs:
            return
        assert time.monotonic() < deadline, f"{placed} of {jobs} jobs hold a node after {SUBMITTED_WITHIN_S:g} s"
        time.sleep(2)  # slurmctld places some hundred a second, and says so only when asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--jobs", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    argv = [sys.executable, POD, "up", f"--nodes={REAL}", f"--cloud={arguments.nodes - REAL}"]
    pod = json.loads(subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout)
    try:
        submit(pod, arguments.jobs)
        asyncio.run(bench(pod, arguments.rounds))
    finally:
        subprocess.run([sys.executable, POD, "down", pod["control"]], check=True)


if __name__ == "__main__":
    main()
