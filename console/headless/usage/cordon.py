"""The words of `megapod cordon`."""

import argparse

from console.headless import options

EPILOG = """\
examples:
  megapod cordon gpu[001-004] --reason "fabric work at noon" --yes
  megapod cordon @rack:r1 --reason "pump swap" --dry-run       see what runs there; it runs on
  megapod resume gpu[001-004] --yes                            takes it back

`drain` does the same, and then waits until the nodes are empty. A node that somebody else took out is never touched.

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable · 4 deadline passed · 5 refused by policy
            6 conflict · 7 no --yes and nobody to ask · 8 some nodes failed · 130 interrupted, what was begun stands
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_change(parser, reason=True)
