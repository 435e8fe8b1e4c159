"""`megapod drain NODES --reason WHY`: keep new work away from nodes; what runs there completes."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change
from console.headless.diagnostics import Stop


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if arguments.grace_s is not None and arguments.mode != "requeue":
        raise Stop(Exit.USAGE, "--grace is the time before a requeue: it goes with --mode requeue")
    return change.run(arguments, action("drain"))
