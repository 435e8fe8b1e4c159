"""A fleet held live by one console process: what it costs, and how old it gets.

    python tests/bench/bench_fleet.py [--pods 10] [--nodes 1000] [--gpus 8] [--interval 10] [--seconds 60]
    python tests/bench/bench_fleet.py --pods 4 --nodes 100 --redfish 4 [--redfish-interval 20]

The pods are in other processes (`--servers`): real asyncssh servers, one listener a pod, that answer Slurm's commands
with text the simulated pod made once, at two instants by turns, so that every other round has something to decode and
to tell. The console is a process of its own with the engine alone (`Session.watch`): collectors, merge, insight rules,
store. It tells its memory, its CPU, how old the oldest answer of any pod got in intervals of that pod, and the longest
time its loop was held, which is what a key would have waited for its frame. Of 8 GPUs a node the scheduler's side is
there; `--redfish` has the controllers of so many pods polled as well, which is another order of cost: for 100 nodes of
8 GPUs, 18,600 resources, a round is 0.3 s of CPU, the first one, which finds out what there is, 5 s, and memory 125 MB.
So one process holds 100 pods of 1,000 nodes by their schedulers, and the controllers of some 6 such pods at 20 s in a
core: a round that is due while others wait comes later, and no key waits for it.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncssh
from beside import note
from controllers import Answers, Controller

from backends.simulator.commands.head import run_command
from backends.simulator.keys import PodKeys
from backends.simulator.shape import PodShape
from backends.simulator.sshd import HOST, USER, HeadNode
from backends.simulator.world import World

PER_RACK = 100
NAME = "austin"
NONCE = re.compile(r"[0-9a-f]{16}")
LOAD = re.compile(r"CPULoad=\S+")
TURN_S = 15.0
TICK_S = 0.02
SETTLED_AFTER = 2
"""Intervals between the first picture and the first figure."""


class Texts:
    """What a pod's commands answer: made once for all pods of a process, at two instants."""

    def __init__(self, nodes: int, gpus: int) -> None:
        shape = PodShape(
            pod=NAME, racks=max(1, nodes // PER_RACK), nodes_per_rack=min(nodes, PER_RACK), gpus_per_node=gpus
        )
        self.worlds = [World(shape, datetime.now(UTC)) for _ in range(2)]
        self.worlds[1].advance(600.0)
        self._kept: dict[tuple[int, str], tuple[int, str, str]] = {}

    @staticmethod
    def which() -> int:
        """The instant whose turn it is."""
        return int(time.monotonic() / TURN_S) % 2

    def answer(self, line: str, pod: str) -> tuple[int, str, str]:
        found = NONCE.search(line)
        nonce = found[0] if found else "\0"
        which = self.which()
        key = (which, line.replace(nonce, "0" * 16).replace(pod, NAME))
        if key not in self._kept:
            made = run_command(self.worlds[which], key[1])
            self._kept[key] = (made.status, made.stdout, made.stderr)
        status, out, errors = self._kept[key]
        out = LOAD.sub(f"CPULoad={time.monotonic() % 64:.2f}", out)  # as it does on every node, all the time
        return status, out.replace("0" * 16, nonce).replace(NAME, pod), errors


class Head(HeadNode):
    """A head node that answers out of the texts."""

    def __init__(self, texts: Texts, pod: str, key: asyncssh.SSHKey) -> None:
        super().__init__(lambda: texts.worlds[0], key)
        self._texts = texts
        self._pod = pod

    async def _serve(self, process: asyncssh.SSHServerProcess[str]) -> None:
        status, out, errors = self._texts.answer(process.command or "", self._pod)
        with contextlib.suppress(OSError):
            process.stdout.write(out)
            process.stderr.write(errors)
            await process.stdout.drain()
            process.exit(status)


async def serve(folder: Path, pods: list[str], nodes: int, gpus: int, redfish: int) -> None:
    """Some pods of the fleet, `redfish` of them with their controllers, until stdin ends."""
    texts = Texts(nodes, gpus)
    answers = Answers(texts.worlds, texts.which)
    heads = []
    for pod in pods:
        keys = PodKeys(folder, pod)
        head = Head(texts, pod, keys.client_key)
        await head.open()
        keys.write_known_hosts(head.host_key, head.port, head.nodes.host_key)
        table = {"host": HOST, "port": head.port, "user": USER, "identity": str(keys.identity)}
        heads.append({"pod": pod, **table, "known_hosts": str(keys.known_hosts)})
        if len(heads) <= redfish:
            heads[-1]["url"] = await Controller(answers, NAME, pod).open()
    print(json.dumps(heads), flush=True)
    await asyncio.to_thread(sys.stdin.read)


async def console(path: str, seconds: float) -> None:
    """The process that is measured."""
    from console.config import load
    from console.main import COLLECT
    from console.state.session import Session
    from console.tui.sweep import sweep

    gc.set_threshold(*COLLECT)

    gaps: list[float] = []
    oldest: dict[str, float] = {}

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK_S)
            gaps.append(time.perf_counter() - before - TICK_S)

    async with Session(load(path)) as session:
        watching = asyncio.create_task(session.watch())
        sweeping = asyncio.create_task(sweep(lambda: 0.0))  # as on screen while somebody types
        began = time.monotonic()
        while any(
            status.observed_at is None
            for snapshot in session.store.snapshots.values()
            for status in snapshot.sources.values()
        ):
            assert not watching.done(), watching.exception()
            assert time.monotonic() - began < 600, "the fleet did not come up"
            await asyncio.sleep(0.2)
        first_s = time.monotonic() - began
        # Those that answered first wait behind the others' first rounds: what is measured is how it goes on.
        families = [one.family for pod in session.pods.values() for one in pod.collectors]
        slowest_s = max(family.interval_s for family in families if family.source != "slurm.layout")
        await asyncio.sleep(SETTLED_AFTER * slowest_s)
        cpu, clock = time.process_time(), time.monotonic()
        ticking = asyncio.create_task(tick())
        while time.monotonic() - clock < seconds:
            await asyncio.sleep(0.5)
            now = datetime.now(UTC)
            for snapshot in session.store.snapshots.values():
                for source, status in snapshot.sources.items():
                    age = (now - status.observed_at).total_seconds() if status.observed_at else float("inf")
                    oldest[source] = max(oldest.get(source, 0.0), age / status.interval_s)
        spent, past = time.process_time() - cpu, time.monotonic() - clock
        for task in (ticking, watching, sweeping):
            task.cancel()
        await asyncio.gather(ticking, watching, sweeping, return_exceptions=True)
        snapshots = session.store.snapshots.values()
        result = {
            "nodes": sum(len(snapshot.nodes) for snapshot in snapshots),
            "gpus": sum(node.gpu_count for snapshot in snapshots for node in snapshot.nodes.values()),
            "jobs": sum(len(snapshot.jobs) for snapshot in snapshots),
            "first_s": first_s,
            "cores": spent / past,
            "oldest": oldest,
            "gap_ms": {"p50": statistics.median(gaps) * 1e3, "p99": statistics.quantiles(gaps, n=100)[98] * 1e3}
            | {"max": max(gaps) * 1e3},
            "rss_mb": _rss_mb(),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    print(json.dumps(result))


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def bench(arguments: argparse.Namespace) -> None:
    pods = [f"pod{number:03d}" for number in range(arguments.pods)]
    with tempfile.TemporaryDirectory(prefix="mp-fleet-") as folder:
        servers = []
        heads: list[dict[str, object]] = []
        try:
            for number in range(arguments.servers):
                mine = ",".join(pods[number :: arguments.servers])
                argv = [sys.executable, __file__, "--serve", mine, "--folder", folder]
                argv += ["--nodes", str(arguments.nodes), "--gpus", str(arguments.gpus)]
                argv += ["--redfish", str(len(range(number, arguments.redfish, arguments.servers)))]
                servers.append(subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            for server in servers:
                heads += json.loads(server.stdout.readline())
            config = Path(folder) / "config.toml"
            config.write_text("".join(_tables(head, arguments) for head in heads))
            argv = [sys.executable, __file__, "--console", str(config), "--seconds", str(arguments.seconds)]
            result = json.loads(subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout)
        finally:
            for server in servers:
                server.stdin.close()
                server.wait(20)
    print(f"{arguments.pods} pods: {result['nodes']} nodes, {result['gpus']} GPUs, {result['jobs']} jobs, every")
    if arguments.redfish:
        print(f"  {arguments.redfish} of them with their controllers, every {arguments.redfish_interval:g} s;")
    print(f"  {arguments.interval:g} s each; first picture of all after {result['first_s']:.1f} s")
    fleet = f"{arguments.pods} pods of {arguments.nodes} nodes"
    note(f"{fleet}: memory", result["rss_mb"], "the goal", 1500, "MB")
    note(f"{fleet}: CPU", result["cores"], "the goal", 1, "cores")
    note(f"{fleet}: oldest answer", max(result["oldest"].values()), "the goal", 2, "intervals")
    note(f"{fleet}: loop held, p99", result["gap_ms"]["p99"], "a frame", 16, "ms")
    print(f"  memory {result['rss_mb']:.0f} MB (peak {result['peak_mb']:.0f}); CPU {result['cores']:.2f} of a core")
    print("  oldest, in intervals: " + ", ".join(f"{name} {age:.2f}" for name, age in result["oldest"].items()))
    print("  loop held: " + ", ".join(f"{name} {held:.0f} ms" for name, held in result["gap_ms"].items()))


def _tables(head: dict[str, object], arguments: argparse.Namespace) -> str:
    pod, url = head.pop("pod"), head.pop("url", "")
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in head.items())
    tables = f"[pods.{pod}.ssh]\n{lines}[pods.{pod}.scheduler]\ninterval_s = {arguments.interval}\n"
    if url:
        tables += f'[pods.{pod}.redfish]\nurl = "{url}"\nauth = "none"\ninterval_s = {arguments.redfish_interval}\n'
    return tables


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pods", type=int, default=10)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--gpus", type=int, default=8)
    parser.add_argument("--interval", type=float, default=10.0, help="seconds between two looks at a pod")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--servers", type=int, default=2, help="processes that serve the pods")
    parser.add_argument("--redfish", type=int, default=0, metavar="N", help="of so many pods the controllers, too")
    parser.add_argument("--redfish-interval", type=float, default=20.0)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--console", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        pods = arguments.serve.split(",")
        asyncio.run(serve(arguments.folder, pods, arguments.nodes, arguments.gpus, arguments.redfish))
    elif arguments.console:
        asyncio.run(console(arguments.console, arguments.seconds))
    else:
        bench(arguments)


if __name__ == "__main__":
    main()
