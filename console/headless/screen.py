"""`megapod`, or `megapod screen`: the console on the pods of your config."""

import argparse

from console.config import load
from console.exit import Exit
from console.headless import options

EPILOG = """\
keys: ? explains every key of the view you are in; q quits. Views: 2 topology, 3 placement, 4 health, 5 nodes.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_config(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    config = load(arguments.config).only(arguments.pod)
    from console.tui.run import main  # textual costs 0.25 s, and no other verb needs it

    return Exit(main(config))
