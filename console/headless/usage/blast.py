"""The words of `megapod blast`."""

import argparse

from console.headless import options

EPILOG = """\
examples:
  megapod blast cdu:cdu-1              which nodes, jobs, gangs and users a coolant unit carries
  megapod blast gpu007                 what a node hits, and the rack, loop, shelf and switch under it
  megapod blast gpu:gpu007/3           one GPU: the job that holds it, and its whole gang
  megapod blast job:1234               what a slow job stands on, and what of that is not well
  megapod blast rack:r1 -o json

An entity is KIND:NAME, or a node's name, or any name that only one thing has. Kinds: rack, tray, node, gpu
(NODE/INDEX), link (NODE/INDEX/LINK), switch, nvlink-domain, cdu, loop, pump, filter, leak-detector, power-shelf,
power-supply, pdu, outlet, circuit, fan, job. Each line that was concluded and not
stated says so: exact, node-level or inferred.

exit codes: 0 found · 2 no such thing · 3 the data is partial
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("entity", metavar="ENTITY", help="cdu:cdu-1, rack:r1, gpu007, job:1234 …")
    options.add_config(parser)
    options.add_document(parser)
    options.add_timeout(parser, "15s", "how long to wait for slow sources")
