"""The words of `megapod describe`."""

import argparse

from console.headless import options

EPILOG = """\
examples:
  megapod describe gpu007                what each source says of a node, side by side, each with its age
  megapod describe job:1234
  megapod describe cdu:cdu-1             its readings with their limits, and what it is part of
  megapod describe thermal:rack:r1       a finding by its id, as `megapod get findings -o name` prints it
  megapod describe gpu007 -o json | jq '.item.scheduler.reason'

exit codes: 0 found · 2 no such thing · 3 the data is partial
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("entity", metavar="ENTITY", help="gpu007, job:1234, cdu:cdu-1, or the id of a finding")
    options.add_config(parser)
    options.add_document(parser)
    options.add_timeout(parser, "15s", "how long to wait for slow sources")
