"""The words of `megapod findings`."""

import argparse

from console.headless import options

EPILOG = """\
Who is on a finding is kept in the journal, for everybody who shares it, for a day or until it gets worse. A finding
that rests is still listed, last.

examples:
  megapod findings list                             the worst first, with who is on it
  megapod findings ack pump:austin-cdu1/pump1       you are on it; unack lets go of it
  megapod findings snooze fan: --for 4h             a part of the id will do, where it is one finding's alone
  megapod findings note pump1 "spare on its way, ETA 06:00"
  megapod findings list -o json | jq -r '.items[] | select(.by == "") | .id'

exit codes: 0 done · 2 usage: no such finding, or several · 3 the data is partial · 1 the journal cannot be written
"""
WORDS = {
    "list": "what is wrong, and who is on it",
    "ack": "say that you are on it",
    "unack": "say that you no longer are",
    "snooze": "let it rest until a time, unless it gets worse",
    "note": "leave a note for whoever comes next",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the words."""
    parser.epilog = EPILOG
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    for name, line in WORDS.items():
        word = words.add_parser(
            name,
            help=line,
            description=f"{line[0].upper()}{line[1:]}.",
            epilog=EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name != "list":
            word.add_argument("finding", metavar="FINDING", help="its id, or a part that only it has")
        if name == "snooze":
            word.add_argument(
                "--for", dest="until", type=options.later, required=True, metavar="TIME", help="4h, or an ISO time"
            )
        if name in ("note", "ack", "snooze"):
            word.add_argument("text", nargs="?" if name != "note" else None, default="", help="what to tell others")
        options.add_config(word)
        options.add_forms(word)
        options.add_timeout(word, "15s", "how long to wait for slow sources")
