"""`megapod release NODES`: lift a hold; the nodes stay drained unless they are given back as well."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return change.run(arguments, action("release"))
