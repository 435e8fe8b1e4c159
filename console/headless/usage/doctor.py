"""The words of `megapod doctor`."""

import argparse

from console.headless import options

EPILOG = """\
Checks, for each pod: the head node answers on SSH and is who it was; the scheduler answers; the controllers answer,
over TLS we trust, and accept us; whether they tell what changes by an event stream; and that their systems match the
scheduler's nodes by name.

exit codes: 0 all well (warnings included) · 2 the config is wrong · 3 something does not answer
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    options.add_config(parser)
    options.add_document(parser)
