"""The words of `megapod drain`."""

import argparse

from console.headless import options

EPILOG = """\
examples:
  megapod drain gpu[001-004] --reason "leak in tray 2" --dry-run     see what it would hit
  megapod drain @rack:r1 --reason "pump swap" --wait --expect 18     until the rack is empty
  megapod drain @rack:r1 --select 'gpu.ecc>0 | gpu.temp>90C' --reason ECC --yes    some of them; '?' lists the fields
  megapod get nodes --select 'reason~^NHC' -o name | megapod drain - --reason "NHC, all of them" --dry-run
  megapod drain gpu007 --reason ECC --timeout 30m --yes              exit 4 if a job outlives that; the drain goes on
  megapod drain @rack:r1 --reason leak --mode requeue --grace 10m --max-parallel 4 --expect 18

The whole set is closed to new work before any of it is emptied. --expect is a yes that says how many nodes it means;
more than a few (the policy's typed_count_over, 16) want it: --yes alone is then not enough.

DRAINING still runs work; DRAINED is empty. A node that somebody else took out is never touched:
it is named beside the others (exit 8), and is the refusal where it is the only one (exit 6).

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable · 4 deadline passed, the drain stands · 5 refused by policy
            6 conflict · 7 no --yes and nobody to ask · 8 some nodes failed · 130 interrupted, what was begun stands
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_change(parser, reason=True)
    parser.add_argument(
        "--mode", choices=("finish", "requeue"), default="finish", help="running work completes, or is requeued"
    )
    parser.add_argument(
        "--grace", dest="grace_s", type=options.seconds, metavar="TIME", help="how long jobs are left before a requeue"
    )
    parser.add_argument(
        "--max-parallel", dest="at_once", type=options.number, metavar="N", help="empty so many nodes at a time"
    )
    parser.add_argument(
        "--deadline", dest="deadline_s", type=options.some_seconds, metavar="TIME", help="end the operation itself then"
    )
    parser.add_argument(
        "--stop-after",
        dest="stop_after",
        type=options.tolerated,
        metavar="N",
        help="begin no further node once more than N went wrong",
    )
