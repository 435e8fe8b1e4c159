"""`megapod demo`: the console on a simulated pod, over real SSH and real HTTP, through the ordinary adapters."""

import argparse
import sys
import tempfile
from pathlib import Path

from backends.transport.child import Child
from console.config import load
from console.exit import Exit
from console.headless import simulate
from console.headless.diagnostics import say
from console.headless.screen import on_terminal

READY_WITHIN_S = 60.0


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if not on_terminal():
        say("demo needs a terminal; for scripts, `megapod simulate --write-config FILE` serves the same pod")
        return Exit.USAGE
    with tempfile.TemporaryDirectory(prefix="megapod-demo-") as folder:
        config = Path(folder) / "config.toml"
        words = [*simulate.words(arguments), "--write-config", str(config), "--exit-with-parent"]
        say("starting the simulated pod …")
        with Child([sys.executable, "-m", "console", "simulate", *words], name="the simulated pod") as child:
            child.ready(READY_WITHIN_S)
            from console.tui.run import main  # textual costs 0.25 s; the simulator starts meanwhile

            return Exit(main(load(str(config))))
