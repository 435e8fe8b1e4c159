"""The words of `megapod watch`."""

import argparse

from console.headless import options
from console.headless.usage.get import KINDS

EPILOG = """\
Begins with everything there is (`added`), then prints what changes. Changes that come faster than --every are told as
one: the latest. A source that fails is said on stderr, and its facts stay; `gone` is said only while every source of
the pod answers.

examples:
  megapod watch nodes | jq -r 'select(.change == "changed") | [.name, .item.service] | @tsv'
  megapod watch findings --cursor seen.json --for 1h      told once, though it is ended and begun again
  megapod watch jobs --every 10s

exit codes: 0 --for has passed · 2 usage · 3 it has passed, and some source does not answer · 130 interrupted
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("kind", choices=KINDS, help="what to watch")
    parser.add_argument("--for", dest="for_s", type=options.seconds, metavar="TIME", help="as long (default: for ever)")
    parser.add_argument(
        "--every", dest="every_s", type=options.seconds, default=1.0, metavar="TIME", help="default: 1s"
    )
    parser.add_argument(
        "--cursor", metavar="FILE", help="remember there what was told, and tell only what is new since then"
    )
    options.add_config(parser)
