"""The words of `megapod events`."""

import argparse

from console.headless import options

LISTEN = "10s"
EPILOG = """\
Listens to the event stream of each Redfish controller and prints what comes: from now on, for as long as --for says.
What a controller says is printed as it says it; what is true, `megapod get` asks.

Each item carries a `cursor`: --after-cursor goes on after it, --cursor keeps the last ones in a file. Where a
controller cannot go on there (it has forgotten, was restarted, or keeps nothing), stderr says so, an item with
`missing: true` stands where something may be lost, and the code is 3. Only after such an item may events come twice.

examples:
  megapod events --for 1m
  megapod events --cursor seen.json --for 1m -o jsonl      each event once, though it is ended and begun again
  megapod events --after-cursor austin/redfish/57/0/56/9c51e7d20b3a
  megapod events --follow -o jsonl | jq -r 'select(.severity == "Critical") | .text'

exit codes: 0 every stream was open at the end · 2 usage · 3 some controller has no stream, it is not open, or something
            it said may be missing · 130 interrupted
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
    parser.add_argument(
        "--cursor", metavar="FILE", help="remember there what was told, and tell only what was said since then"
    )
    parser.add_argument(
        "--after-cursor",
        action="append",
        default=[],
        metavar="CURSOR",
        help="go on after this event; once for each controller",
    )
    options.add_config(parser)
    options.add_forms(parser)
