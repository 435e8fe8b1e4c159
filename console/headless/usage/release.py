"""The words of `megapod release`."""

import argparse

from console.headless import options

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
    options.add_change(parser, reason=False)
    parser.add_argument("--resume", dest="back", action="store_true", help="also give them back to the scheduler")
    parser.add_argument("--take-over", action="store_true", help="also holds of somebody else")
