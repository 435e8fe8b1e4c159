"""`megapod resume NODES`: give nodes back to the scheduler."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return change.run(arguments, action("resume"))
