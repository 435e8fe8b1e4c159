"""The words of `megapod power`."""

import argparse

from console.headless import options

POWERS = ("on", "off", "shut-down", "cycle", "reset", "nmi")
EPILOG = """\
examples:
  megapod power cycle gpu007 --yes
  megapod power on @rack:r1 --batch 4 --delay 30s --wait --expect 18    four at a time: spare the inrush
  megapod power off gpu007 --dry-run                               what runs there
  megapod power off gpu007 --force-busy --expect 2                 ends the 2 jobs that run there: --yes is not enough
  megapod power nmi gpu007 --yes                                   a node that hangs dumps its memory

`off`, `cycle` and `reset` are hard; `shut-down` asks the operating system. A cycle is an off and then an on, each
looked at. A node with running work is refused: drain it first, or say --force-busy and how many jobs end.
A controller that paces resets itself is asked once for the whole batch (Aggregate.Reset).

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable or unknown · 4 deadline passed · 5 refused: busy, or by policy
            6 conflict · 7 no --yes or no --expect · 8 some nodes failed · 130 interrupted, what was begun stands
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("power", choices=POWERS, metavar="ACTION", help=f"one of {', '.join(POWERS)}")
    options.add_change(parser, reason=False)
    parser.add_argument("--batch", type=options.number, metavar="N", help="so many nodes at a time (default: all)")
    parser.add_argument(
        "--delay", dest="delay_s", type=options.seconds, metavar="TIME", help="pause between two batches, as in 30s"
    )
    parser.add_argument(
        "--stop-after",
        dest="stop_after",
        type=options.tolerated,
        metavar="N",
        help="no further batch once more than N nodes went wrong",
    )
    parser.add_argument("--force-busy", action="store_true", help="also where work runs, which dies; wants --expect")
