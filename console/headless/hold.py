"""`megapod hold NODES --reason WHY`: keep nodes out until they are released, whoever resumes what."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return change.run(arguments, action("hold"))
