"""Times commands as whole processes, A and B in turn, so that a machine that slows down slows both.

Ours run as installed, with their byte code kept: compiling a source tree at every start is 0.1 s of CPU for `get`.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beside import note
from terminal import installed


@dataclass(frozen=True)
class Run:
    """One finished process: seconds on the wall, and of CPU with its children."""

    wall_s: float
    cpu_s: float


def run(argv: Sequence[str], env: Mapping[str, str] | None = None, *, ends_well: bool = True) -> Run:
    """Run a command to its end, its output thrown away; `env` is what it has beside ours.

    A command that fails ends the benchmark, if it should not.
    """
    before = os.times()
    started = time.perf_counter()
    own = (installed() if argv[0] == sys.executable else dict(os.environ)) | dict(env or {})
    subprocess.run(argv, check=ends_well, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=own)
    wall = time.perf_counter() - started
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(wall, cpu)


def compare(
    name: str,
    ours: Sequence[str],
    peer_name: str,
    peer: Sequence[str],
    *,
    rounds: int = 11,
    env: Mapping[str, str] | None = None,
    ends_well: bool = True,
) -> None:
    """Print the medians of both and the median of the ratios, pair by pair; the first pair warms up."""
    pairs = [(run(ours, env, ends_well=ends_well), run(peer, env, ends_well=ends_well)) for _ in range(rounds + 1)][1:]
    wall = [statistics.median(pair[side].wall_s for pair in pairs) for side in (0, 1)]
    cpu = [statistics.median(pair[side].cpu_s for pair in pairs) for side in (0, 1)]
    ratio = statistics.median(one.wall_s / other.wall_s for one, other in pairs)
    note(name, wall[0] * 1000, peer_name, wall[1] * 1000, "ms")
    print(
        f"{name:<34} {wall[0] * 1000:7.0f} ms ({cpu[0] * 1000:5.0f} cpu)   {peer_name:<38} "
        f"{wall[1] * 1000:7.0f} ms ({cpu[1] * 1000:5.0f} cpu)   ratio {ratio:5.2f}"
    )
