"""`megapod schema KIND`: what a kind of document looks like, as JSON Schema, for whoever reads our JSON."""

import argparse
from difflib import get_close_matches

from console.exit import Exit
from console.headless import output
from console.headless.diagnostics import Stop


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
