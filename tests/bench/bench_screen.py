"""The console at a terminal: first paint, first facts, and what a pod that is watched costs.

    python tests/bench/bench_screen.py [--rounds 5] [--seconds 20] [--nodes 16]

A simulated pod is served for it in another process. Prints medians; asserts nothing.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from terminal import Terminal

MEGAPOD = [sys.executable, "-m", "console"]
FIRST_PAINT = b"austin"
FIRST_FACT = b"r1-n01"


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
            env = {**os.environ, "MEGAPOD_CONFIG": str(config)}
            _opening(arguments.rounds, env)
            _watching(arguments.seconds, arguments.nodes, env)
        finally:
            server.stdin.close()
            server.wait(20)
            server.stdout.close()
    _demo(arguments.rounds)


def _opening(rounds: int, env: dict[str, str]) -> None:
    paints, facts = [], []
    for _ in range(rounds):
        with Terminal(MEGAPOD, env) as terminal:
            paints.append(terminal.until(FIRST_PAINT))
            facts.append(terminal.until(FIRST_FACT))
    print(f"megapod: first paint {_ms(paints)}, first facts {_ms(facts)}  (median of {rounds})")


def _demo(rounds: int) -> None:
    paints, facts = [], []
    for _ in range(rounds):
        with Terminal([*MEGAPOD, "demo"], dict(os.environ)) as terminal:
            paints.append(terminal.until(b"\x1b[?1049h"))
            facts.append(terminal.until(FIRST_FACT))
    print(f"megapod demo: first screen {_ms(paints)}, first facts {_ms(facts)}  (median of {rounds})")


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


def _ms(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.0f} ms"


if __name__ == "__main__":
    main()
