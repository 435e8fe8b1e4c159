"""`megapod drain NODES --reason WHY`: keep new work away from nodes; what runs there completes."""

import argparse

from console.actions import action
from console.exit import Exit
from console.headless import change

EPILOG = """\
examples:
  megapod drain gpu[001-004] --reason "leak in tray 2" --dry-run     see what it would hit
  megapod drain @rack:r1 --reason "pump swap" --wait --yes           until the rack is empty
  megapod drain gpu007 --reason ECC --timeout 30m --yes              exit 4 if a job outlives that; the drain stands

DRAINING still runs work; DRAINED is empty. A node that somebody else took out is never touched (exit 6).

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable · 4 deadline passed, the drain stands · 5 refused by policy
            6 conflict · 7 no --yes and nobody to ask · 8 some nodes failed · 130 interrupted, what was begun stands
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    change.configure(parser, action("drain"))


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return change.run(arguments, action("drain"))
