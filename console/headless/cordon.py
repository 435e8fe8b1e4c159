"""`megapod cordon NODES --reason WHY`: close nodes to new work and wait for nothing."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return change.run(arguments, action("cordon"))
