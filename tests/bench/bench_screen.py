"""The console at a terminal: first paint, first facts, and what a pod that is watched costs.

    python tests/bench/bench_screen.py [--rounds 5] [--seconds 20] [--nodes 16]

A simulated pod is served for it in another process. Prints medians; asserts nothing.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from terminal import Terminal, installed

MEGAPOD = [sys.executable, "-m", "console"]
OUTLINE = b"opening"
FIRST_FRAME = b"help"
FIRST_FACT = b"live"
"""What is on the wire once the outline, the app's own frame, and every source has answered."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--nodes", type=int, default=16)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        words = ["simulate", "--racks", "1", "--nodes", str(arguments.nodes), "--write-config", str(config)]
        server = subprocess.Popen(
            [*MEGAPOD, *words, "--exit-with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            json.loads(server.stdout.readline())
            env = {**installed(), "MEGAPOD_CONFIG": str(config)}
            _opening(arguments.rounds, env)
            _watching(arguments.seconds, arguments.nodes, env)
        finally:
            server.stdin.close()
            server.wait(20)
            server.stdout.close()
    _demo(arguments.rounds)


def _opening(rounds: int, env: dict[str, str]) -> None:
    found = _marks(MEGAPOD, env, rounds)
    print(f"megapod: {found}  (best of {rounds}, median; CPU of the process up to there at best)")


def _demo(rounds: int) -> None:
    print(f"megapod demo: {_marks([*MEGAPOD, 'demo'], installed(), rounds)}")


def _marks(argv: list[str], env: dict[str, str], rounds: int) -> str:
    """Until each mark: wall and CPU."""
    times: dict[bytes, list[tuple[float, float]]] = {OUTLINE: [], FIRST_FRAME: [], FIRST_FACT: []}
    for _ in range(rounds):
        with Terminal(argv, env) as terminal:
            for mark, taken in times.items():
                taken.append((terminal.until(mark), terminal.cpu_s()))
    names = ("outline", "first frame", "first facts")
    return ", ".join(
        f"{name} {min(taken)[0] * 1000:.0f} ms, {statistics.median(wall for wall, _ in taken) * 1000:.0f} "
        f"({min(cpu for _, cpu in taken) * 1000:.0f} cpu)"
        for name, taken in zip(names, times.values(), strict=True)
    )


def _watching(seconds: float, nodes: int, env: dict[str, str]) -> None:
    with Terminal(MEGAPOD, env) as terminal:
        terminal.until(FIRST_FACT)
        terminal.count(3.0)
        before = terminal.cpu_s()
        written = terminal.count(seconds)
        cpu = (terminal.cpu_s() - before) / seconds
        print(
            f"watching {nodes} nodes, scheduler every 2 s: {cpu * 100:.1f} % of a core, "
            f"{written / seconds:.0f} bytes/s at 80x24, {terminal.rss_mb():.0f} MB"
        )


if __name__ == "__main__":
    main()
