"""`megapod power ACTION NODES`: on, off, shut-down, cycle, reset or nmi through the controllers, in batches."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return change.run(arguments, action("power"))
