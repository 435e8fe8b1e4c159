"""The words of `megapod apply`."""

import argparse

from console.headless import options

EPILOG = """\
examples:
  megapod drain @rack:r1 --reason "pump swap" --plan-out swap.json        look, discuss, have it reviewed
  megapod apply swap.json --wait

A plan runs once, before it expires, as it was saved, and only where every node still says what it said when it was
made. The pod's policy, its budgets and its holds are those of now, not of when it was saved.

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable · 4 deadline passed · 5 refused: expired, or by policy
            6 the world moved, or another has its nodes · 7 no --yes and nobody to ask · 8 some failed · 130 detached
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("file", metavar="FILE", help="a plan in JSON")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    options.add_expect(parser)
    parser.add_argument("--wait", action="store_true", help="wait until it is done, not only begun")
    options.add_timeout(parser, None, "give up waiting after this (implies --wait); what was begun stands")
    parser.add_argument("--config", metavar="FILE", help="config file (default: $XDG_CONFIG_HOME/megapod/config.toml)")
    options.add_document(parser)
