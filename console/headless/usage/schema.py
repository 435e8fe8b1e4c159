"""The words of `megapod schema`."""

import argparse

EPILOG = """\
examples:
  megapod schema                              the kinds there are
  megapod schema NodeList > nodes.json        what `megapod get nodes -o json` prints
  megapod schema NodeList | jq '."$defs".NodeItem.properties | keys'

Within megapod/v1 properties are added, and never taken away or given another meaning.

exit codes: 0 done · 2 no such kind
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("kind", nargs="?", metavar="KIND", help="NodeList, JobList, Plan …; none lists them")
