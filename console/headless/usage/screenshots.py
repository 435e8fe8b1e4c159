"""The words of `megapod screenshots`."""

import argparse

from console.headless import options

VIEWS = ("triage", "topology", "placement", "health", "nodes", "jobs", "operations", "events", "fleet")
SIZE = (80, 24)
EPILOG = """\
The views of the console as they are drawn now, without a terminal: VIEW.svg each, for a ticket, a wiki or a hand-over.
They show what the console would: names, jobs and users of your pod, and how old each fact is.

examples:
  megapod screenshots                                   every view of the first pod, into this folder
  megapod screenshots triage health --pod austin --size 160x48 --to /tmp/night

exit codes: 0 written · 1 they cannot be written · 2 usage · 3 written, and some source had not answered (it shows)
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("views", nargs="*", metavar="VIEW", type=view, help=f"{', '.join(VIEWS)} (default: all)")
    parser.add_argument("--to", default=".", metavar="FOLDER", help="where to (default: here)")
    parser.add_argument("--size", type=size, default=SIZE, metavar="WxH", help="columns and lines (default: 80x24)")
    options.add_config(parser)
    options.add_timeout(parser, "30s", "how long to wait for slow sources")


def view(text: str) -> str:
    """The name of a view."""
    if text not in VIEWS:
        raise argparse.ArgumentTypeError(f"no view {text!r}; there are {', '.join(VIEWS)}")
    return text


def size(text: str) -> tuple[int, int]:
    """`160x48`: from 40x10 to 400x200, as terminals are."""
    width, x, height = text.partition("x")
    if not (x and width.isdecimal() and height.isdecimal() and 40 <= int(width) <= 400 and 10 <= int(height) <= 200):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write 80x24, from 40x10 to 400x200")
    return int(width), int(height)
