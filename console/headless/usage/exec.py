"""The words of `megapod exec`."""

import argparse

from console.headless import options

AT_ONCE = 64
EPILOG = """\
The command is an argument list: no shell reads it here, and yours only where you name one (`sh -c '…'`). It is written
into the audit journal before it runs, as it stands: put no secret on it. When its time is over, when you press ^C or
when this process is killed, it is ended on the nodes as well, with its children. So it is on a node where it
writes more than 4 MB, and nothing of that is printed: let it write to a file there, or cut it (`… | tail -n 1000`).

examples:
  megapod exec @rack:r1 --select 'gpu.temp>85C' -- nvidia-smi -q
  megapod exec @rack:r1 -- uname -r                       nodes with the same answer stand together
  megapod exec gpu[001-256] --at-once 32 --timeout 10s -- nvidia-smi -L
  megapod exec @state:drained --reason "ECC page retirement" -- sh -c 'dmesg | grep -i xid'
  megapod exec gpu[001-004] -o jsonl -- cat /proc/loadavg | jq -r '[.node, .stdout] | @tsv'

How nodes are reached: [pods.NAME.node_ssh] in the config (README, 'Commands on nodes').
What they write to stdout is printed, to stderr goes to stderr. -o jsonl and json keep both whole, escaped.

exit codes: 0 it ended with 0 on every node · 1 with another status on all of them · 8 on some · 2 usage
            3 some node was not reached, or was lost · 4 some node did not end in time · 5 refused by policy
            7 no --yes and nobody to ask · 130 interrupted; with -S the worst status of the command, where all have one
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("nodes", metavar="NODES", help="a node set: gpu[001-004], @rack:r1, @job:1234; - is stdin")
    options.add_select(parser)
    parser.add_argument("command", nargs="+", metavar="CMD", help="the command and its arguments, after --")
    parser.add_argument("--reason", default="", help="why; some pods want one (policy.reason_for)")
    parser.add_argument(
        "--at-once", type=options.number, default=AT_ONCE, metavar="N", help=f"nodes at a time (default: {AT_ONCE})"
    )
    options.add_timeout(parser, "60s", "end the command on a node after this")
    parser.add_argument("-S", "--worst", action="store_true", help="exit with the worst status of the command")
    parser.add_argument(
        "--as-named", action="store_true", help="take the node names as they are; ask no scheduler whether they exist"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--expect",
        type=options.number,
        metavar="N",
        help="how many nodes it goes to: anything else and nothing is sent",
    )
    options.add_config(parser)
    parser.add_argument(
        "-o",
        "--output",
        choices=("table", "lines", "json", "jsonl"),
        default="table",
        help="gathered (table), each line with its node (lines), or whole (default: table)",
    )
