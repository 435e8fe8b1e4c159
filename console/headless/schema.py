"""`megapod schema KIND`: what a kind of document looks like, as JSON Schema, for whoever reads our JSON."""

import argparse
from difflib import get_close_matches

from console.exit import Exit
from console.headless import output
from console.headless.diagnostics import Stop

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


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    from console.headless.kinds import kinds, schema  # every kind's types: 30 ms

    known = kinds()
    if arguments.kind is None:
        output.write("".join(f"{name}\n" for name in known))
        return Exit.DONE
    if arguments.kind not in known:
        close = get_close_matches(arguments.kind, known, n=1, cutoff=0.4)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
        raise Stop(Exit.USAGE, f"{arguments.kind}: no such kind; {hint}")
    output.write_json(schema(arguments.kind))
    return Exit.DONE
