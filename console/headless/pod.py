"""`megapod pod add`: the pods of the config."""

import argparse

from console.exit import Exit
from console.headless import pod_add


def run(arguments: argparse.Namespace) -> Exit:
    """Run the sub-verb."""
    return pod_add.run(arguments)
