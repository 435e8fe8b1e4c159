"""The words of `megapod carry`."""

import argparse

from console.headless import options

EPILOG = """\
Not for people: `megapod ops adopt OP` starts it where an operation was interrupted.

exit codes: the operation's own: 0 done · 1 failed · 3 unknown · 4 timed out · 5 refused · 6 conflict · 8 some failed;
            and 6 somebody else carries it, or has adopted it · 130 stopped between two steps: it stays open
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("operation", metavar="OP", help="the operation's id")
    parser.add_argument("--lock", type=int, metavar="FD", help="the open file of a lock that our parent took")
    options.add_journal(parser)
