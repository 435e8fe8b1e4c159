"""The words of `megapod audit`."""

import argparse

from console.headless import options

EPILOG = """\
examples:
  megapod audit                                    the last day
  megapod audit --since 2h
  megapod audit --since 2026-03-01T22:00Z --until 2026-03-02T06:00Z -o jsonl
  megapod audit --since 30d -o jsonl | jq -r 'select(.kind == "cancelling") | [.at, .user, .operation, .why] | @tsv'

The table leaves out the lines of evidence on the way (`noted`); every other form has every event, whole.

exit codes: 0 done · 1 the journal cannot be read · 2 usage
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "--since", type=options.earlier, default="24h", metavar="TIME", help="2h, 7d, or an ISO time (default: 24h)"
    )
    parser.add_argument("--until", type=options.earlier, metavar="TIME", help="2h ago, or an ISO time (default: now)")
    parser.add_argument("--operation", default="", metavar="OP", help="only this operation")
    options.add_forms(parser)
    options.add_journal(parser)
