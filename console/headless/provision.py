"""`megapod provision NODES --profile NAME`: start nodes anew as a profile says, check them, give them back."""

import argparse

from console.actions import action
from console.config import load
from console.exit import Exit
from console.headless import change
from console.headless.diagnostics import Stop
from console.operations.provision import unknown


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if problem := unknown(arguments.profile, load(arguments.config).profiles):
        raise Stop(Exit.USAGE, problem)
    return change.run(arguments, action("provision"))
