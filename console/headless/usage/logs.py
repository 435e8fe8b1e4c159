"""The words of `megapod logs`."""

import argparse

from console.headless import options

LINES = 200
EPILOG = """\
--from bmc reads the log services of the node's controller over Redfish, --from journal runs journalctl on the node
over SSH (as `megapod exec` gets there), --job ID reads a job's output file. Reading is all it does; times are those
of whoever wrote the line, in UTC.

examples:
  megapod logs gpu007                                     the controller's log: boots, faults, what came right again
  megapod logs gpu[001-004] --from journal --since 30m --grep 'NVRM|Xid'
  megapod logs gpu007 --from journal -f -o jsonl | jq -r .message
  megapod logs --job 1234 -f
  megapod logs @rack:r1 --cursor seen.json -o jsonl       each line once, however often it is begun

exit codes: 0 read · 2 usage · 3 some log was not read, or not in full · 130 interrupted
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_targets(parser)
    parser.add_argument("--from", dest="origin", choices=("bmc", "journal"), default="bmc", help="which log")
    parser.add_argument("--job", default="", metavar="ID", help="the output of this job instead")
    parser.add_argument("--since", type=options.earlier, metavar="TIME", help="2h ago, or an ISO time")
    parser.add_argument("--grep", default="", metavar="REGEX", help="only lines in which this is found")
    parser.add_argument(
        "-n", dest="most", type=options.number, default=LINES, metavar="N", help=f"the newest N (default: {LINES})"
    )
    parser.add_argument("-f", "--follow", action="store_true", help="go on with what comes, until interrupted")
    parser.add_argument(
        "--cursor",
        default="",
        metavar="FILE",
        help="remember there what was told, and tell only what is new since then",
    )
    options.add_timeout(parser, "30s", "how long to wait for a log")
    options.add_config(parser)
    parser.add_argument(
        "-o", "--output", choices=("table", "jsonl"), default="table", help="how to print (default: table)"
    )
