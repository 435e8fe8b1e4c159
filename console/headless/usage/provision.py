"""The words of `megapod provision`."""

import argparse

from console.headless import options

EPILOG = """\
examples:
  megapod provision gpu007 --profile pod-os --reason "new disk" --dry-run           every stage, and its deadline
  megapod provision @rack:r1 --profile pod-os --reason "26.10" --canary 1 --wave 6 --stop-after 2 --expect 18
  megapod provision gpu007 --profile rescue --reason OPS-12 --wait --yes
  megapod ops retry op-7f3k9x                    what failed begins again at the stage where it did

A profile is a table [profiles.NAME] of the config: what to boot, what must come up, how long each stage may take.
The stages of a node: closed to new work and empty, firmware as expected, image and boot override, power off and on,
booted (as its controller says), its OS reached by SSH, override and image taken back, GPUs and links as expected,
gates, registered with the scheduler, given back. What fails stays closed, with its stage and its last evidence.

The whole set is closed first. Running work completes (--mode refuse refuses instead). With --canary the rest begins
only when every canary got there; --stop-after begins no further node once more than so many went wrong.
Cancelled, overrides and images are taken back; a node whose power was switched already stays closed.

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable · 4 deadline passed · 5 refused: policy, hold or running work
            6 somebody else's drain · 7 no --yes and nobody to ask · 8 some nodes failed · 130 interrupted
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_change(parser, reason=True)
    parser.add_argument("--profile", default="", metavar="PROFILE", help="as [profiles.NAME] of the config says")
    parser.add_argument("--canary", type=options.number, metavar="N", help="so many first; the rest if all of them do")
    parser.add_argument("--wave", type=options.number, metavar="N", help="so many at a time (default: all)")
    parser.add_argument(
        "--stop-after",
        dest="stop_after",
        type=options.tolerated,
        metavar="N",
        help="begin no further node once more than N went wrong",
    )
    parser.add_argument(
        "--mode", choices=("finish", "refuse"), default="finish", help="running work completes first, or refuses it"
    )
    parser.add_argument("--take-over", action="store_true", help="also nodes that somebody else took out")
    parser.add_argument("--waive", metavar="REASON", help="without the gates; it is on record")
