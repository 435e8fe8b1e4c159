"""`megapod release NODES`: lift a hold; the nodes stay drained unless they are given back as well."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change

EPILOG = """\
examples:
  megapod release gpu007 --yes                   no longer held, still drained
  megapod release gpu007 --resume --yes          and given back to the scheduler
  megapod release @rack:r1 --dry-run             who holds what there, and which are yours
  megapod release gpu007 --take-over --yes       somebody else's hold: you decide, it is on record

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable · 4 deadline passed · 5 refused by policy
            6 somebody else's hold · 7 no --yes and nobody to ask · 8 some nodes failed · 130 interrupted
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    change.configure(parser, action("release"))
    parser.add_argument("--resume", dest="back", action="store_true", help="also give them back to the scheduler")
    parser.add_argument("--take-over", action="store_true", help="also holds of somebody else")


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return change.run(arguments, action("release"))
