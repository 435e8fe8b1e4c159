"""The words of `megapod events`."""

import argparse

from console.headless import options

LISTEN = "10s"
EPILOG = """\
Listens to the event stream of each Redfish controller and prints what comes: from now on, for as long as --for says.
What a controller says is printed as it says it; what is true, `megapod get` asks.

examples:
  megapod events --for 1m
  megapod events --follow -o jsonl | jq -r 'select(.severity == "Critical") | .text'

exit codes: 0 every stream was open at the end · 3 some controller has no stream, or it is not open · 130 interrupted
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("--follow", action="store_true", help="print each event as it comes, until interrupted")
    parser.add_argument(
        "--for",
        dest="for_s",
        type=options.seconds,
        metavar="TIME",
        help=f"listen this long, as in 30s, 5m (default: {LISTEN}, or with --follow for ever)",
    )
    options.add_config(parser)
    options.add_forms(parser)
