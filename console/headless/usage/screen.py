"""The words of `megapod screen`."""

import argparse

from console.headless import options

EPILOG = """\
keys: ? explains every key of the view you are in; q quits. Views: 2 topology, 3 placement, 4 health, 5 nodes.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_config(parser)
