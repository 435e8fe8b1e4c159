"""`megapod provision NODES --profile NAME`: start nodes anew as a profile says, check them, give them back."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return change.run(arguments, action("provision"))
