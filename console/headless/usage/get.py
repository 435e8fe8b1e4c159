"""The words of `megapod get`."""

import argparse

from console.headless import options

KINDS = ("pods", "racks", "nodes", "gpus", "jobs", "plant", "findings", "sources")
EPILOG = """\
examples:
  megapod get nodes                      every node, with what each source says of it
  megapod get nodes gpu[001-004]         some of them
  megapod get nodes @state:drained       groups: @rack: @state: @job: @partition:
  megapod get nodes --select 'state=drain & gpu.temp>80C'   what holds for them; --select '?' lists the fields
  megapod get jobs --select 'user=ada & gpus>=8' -o name
  megapod get jobs -o json | jq '.items[] | select(.gpus >= 8) | .id'
  megapod get nodes @state:drained -o nodeset       gpu[003,017]: what other verbs take
  megapod get nodes -o custom-columns=NODE:.name,WATTS:.hardware.power_w,JOBS:.jobs[*]
  megapod get findings -o jsonpath='.items[*].title'    one value a line; the types: megapod schema NodeList
  megapod get plant                      power, cooling, leaks, fabric, with their readings
  megapod get findings                   what is wrong, worst first
  megapod get sources                    who was asked, who answered, and what is wrong with the others

Pods that answer are printed at once; those that do not, do not hold them up.

exit codes: 0 all sources answered · 2 usage · 3 the data is partial (which sources, on stderr and in the JSON)
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("kind", choices=KINDS, help="what to list")
    parser.add_argument("nodes", nargs="?", metavar="NODES", help="only these nodes (with `get nodes`)")
    options.add_select(parser)
    options.add_config(parser)
    options.add_forms(parser)
    options.add_timeout(parser, "15s", "how long to wait for slow sources")
