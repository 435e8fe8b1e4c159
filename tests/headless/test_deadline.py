"""`--deadline` is the process's own: it ends what holds the loop, a thread that never comes back, and every verb."""

import subprocess
import sys
import time

import pytest

from console.exit import Exit

SLACK_S = 2.0
"""What a busy machine may add; where nobody else runs it is 0.1 s (tests/bench/bench_deadline.py)."""
# The sleeps are what is tested: each holds a program that must end all the same, long before they are over.
STUCK = {
    "the loop is held": "time.sleep(30)",
    "a thread does not come back": "await asyncio.to_thread(time.sleep, 30)",
    "it does not want to end": "await forever()",
}
PROGRAM = """
import argparse, asyncio, sys, time
from console import deadline
from console.headless import loop

async def forever():
    while True:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            print("asked", flush=True)

async def verb():
    print("known", flush=True)
    {stuck}

deadline.hold(argparse.Namespace(run_within_s=deadline._age_s() + 0.5), time.monotonic())
sys.exit(loop.run(verb()))
"""


@pytest.mark.parametrize("stuck", STUCK)
def test_nothing_outlasts_a_deadline(stuck):
    began_s = time.monotonic()
    program = PROGRAM.format(stuck=STUCK[stuck])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert time.monotonic() - began_s < 0.5 + SLACK_S
    assert (done.returncode, done.stderr) == (Exit.DEADLINE, "megapod: the deadline passed\n")
    assert done.stdout.startswith("known\n")
