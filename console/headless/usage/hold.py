"""The words of `megapod hold`."""

import argparse

from console.headless import options

EPILOG = """\
examples:
  megapod hold gpu007 --reason "DIMM B3 throws ECC" --ticket OPS-1234 --yes
  megapod hold @rack:r1 --reason "leak, vendor on Monday" --until 2026-12-07T08:00Z --expect 18
  megapod hold gpu007 --reason "watch it" --until 8h --dry-run
  megapod resume @rack:r1 --expect 17     skips what is held, and names it
  megapod release gpu007 --yes            lifts it; the node stays drained

A held node is closed to new work; what runs there runs on. The hold is kept in the journal of this host, and in the
node's own mark, so that megapod on every other host respects it too. One that has expired keeps nothing out.

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable · 4 deadline passed · 5 refused by policy, or held by another
            6 conflict · 7 no --yes and nobody to ask · 8 some nodes failed · 130 interrupted, what was begun stands
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_change(parser, reason=True)
    parser.add_argument("--ticket", default="", metavar="ID", help="where it is tracked: one word")
    parser.add_argument(
        "--until",
        type=options.later,
        metavar="TIME",
        help="when it expires: 8h, 3d, or 2026-12-24T08:00Z (default: never, until it is released)",
    )
