"""`megapod drain NODES --reason WHY`: keep new work away from nodes; what runs there completes."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return change.run(arguments, action("drain"))
