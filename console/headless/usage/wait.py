"""The words of `megapod wait`."""

import argparse

from console.headless import options

IN_SERVICE = "in-service"
STATES = (
    IN_SERVICE,
    "idle",
    "mixed",
    "allocated",
    "completing",
    "draining",
    "drained",
    "reserved",
    "maint",
    "rebooting",
    "powered-down",
    "down",
    "failed",
)
HEALTH = ("ok", "warning", "critical")
EPILOG = f"""\
--for state=STATE     {", ".join(STATES)}
                      ({IN_SERVICE}: takes work, whether idle, mixed or allocated)
      health=HEALTH   {", ".join(HEALTH)}: the controller's word
      job=ID:ended    or job=ID:started; no NODES
      op=ID           an operation of this host is over; no NODES; ends with its own code

examples:
  megapod wait gpu[001-004] --for state=drained --timeout 2h
  megapod wait --select 'mark=megapod & rack=r1' --for state=drained
  megapod wait @rack:r1 --for state=in-service
  megapod wait gpu007 --for health=ok --timeout 10m
  megapod wait --for job=1234:ended && megapod resume gpu007 --yes
  megapod wait --for op=op-7f3k9x --timeout 1h

Only fresh facts count: while the source does not answer, nothing is there yet, and stderr says so.

exit codes: 0 all of them are there · 1 it cannot come to be: the job is gone · 2 usage · 3 unreachable
            4 deadline passed · 130 interrupted
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_targets(parser)
    parser.add_argument("--for", dest="wanted", required=True, metavar="WHAT=WORD", help="what to wait for: see below")
    options.add_timeout(parser, None, "give up after this")
    options.add_config(parser)
    options.add_document(parser)
