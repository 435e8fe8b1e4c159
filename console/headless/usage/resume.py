"""The words of `megapod resume`."""

import argparse

from console.headless import options

EPILOG = """\
examples:
  megapod resume gpu[001-004] --yes
  megapod resume @state:drained --dry-run        who took them out, and which are yours
  megapod resume gpu007 --take-over --yes        a drain that is somebody else's: you decide, it is on record
  megapod resume r01 --gate burn-in --yes        GPUs, ECC, links or a command first; what fails stays drained
  megapod resume gpu007 --waive "spare, OPS-12" --yes

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable · 4 deadline passed · 5 refused by policy
            6 somebody else's drain · 7 no --yes and nobody to ask · 8 some nodes failed · 130 interrupted
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_change(parser, reason=False)
    parser.add_argument("--take-over", action="store_true", help="also nodes that somebody else took out")
    parser.add_argument("--gate", metavar="GATE", help="check each first, as [gates.NAME] of the config says")
    parser.add_argument("--waive", metavar="REASON", help="without the gate that the pod requires; it is on record")
