"""`megapod`, or `megapod screen`: the console on the pods of your config."""

import argparse
import sys

from console.config import load
from console.exit import Exit
from console.headless.diagnostics import Stop


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    config = load(arguments.config).only(arguments.pod)
    if not on_terminal():
        raise Stop(
            Exit.USAGE, "the console needs a terminal; for scripts, `megapod get nodes`, `megapod watch findings`"
        )
    from console.tui.run import main  # textual costs 0.25 s, and no other verb needs it

    return Exit(main(config))


def on_terminal() -> bool:
    """Whether there is a terminal to read keys from and to draw on: Textual draws on stderr."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
