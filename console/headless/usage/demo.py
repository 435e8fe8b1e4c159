"""The words of `megapod demo`."""

import argparse

from console.headless.usage import simulate

EPILOG = """\
Nothing outside this machine is touched, and nothing is left behind. Try: D on a node, then U; / to filter; ? for help.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: those of `megapod simulate`."""
    parser.epilog = EPILOG
    simulate.configure(parser)
