"""The words of `megapod ops`."""

import argparse

from console.headless import options

EPILOG = """\
Operations do not live in a terminal: a worker process carries each, and the journal tells how it goes. One that is
`interrupted` lost its worker (a reboot, a kill): nothing is lost, and whoever adopts it goes on from its last effect.

examples:
  megapod ops list                               what has not ended; --all: the latest, too
  megapod ops show op-7f3k9x                     every step and node: clocks, deadlines, evidence
  megapod ops watch op-7f3k9x                    as it goes, until it ends; ^C leaves it alone
  megapod ops pause op-7f3k9x --reason "fire drill"
  megapod ops resume op-7f3k9x
  megapod ops cancel op-7f3k9x --reason "wrong rack"      takes back exactly what it has changed
  megapod ops adopt op-7f3k9x                    carry on what was interrupted, or what another carries
  megapod ops retry op-7f3k9x --nodes gpu007     begin again where it failed
  megapod ops list -o json | jq -r '.items[] | select(.state == "interrupted") | .id'

exit codes: 0 done · 1 failed · 2 usage: no such operation · 4 deadline passed · 6 conflict: it has ended, or another
            has its nodes · 130 interrupted; `show` and `watch` end with the operation's own code once it has ended
"""
RECENT = 20
WORDS = {
    "pause": "no further effect until it is resumed",
    "resume": "go on with a paused one",
    "cancel": "no further step; take back what it changed",
    "adopt": "carry it on as yours: what was interrupted, or what another carries",
    "retry": "begin again, where they failed, with the nodes that did not get there",
}
"""What can be said to an operation."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-verbs."""
    parser.epilog = EPILOG
    verbs = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    listing = _word(verbs, "list", "operations that have not ended")
    options.add_forms(listing)
    listing.add_argument("--all", action="store_true", help=f"also the latest that have (--limit, default {RECENT})")
    listing.add_argument("--limit", type=options.number, default=RECENT, metavar="N", help="how many of the latest")
    options.add_document(_one(_word(verbs, "show", "one operation, step by step")))
    watch = _one(_word(verbs, "watch", "one operation as it goes, until it ends"))
    watch.add_argument(
        "-o", "--output", choices=("table", "json", "jsonl"), default="table", help="how to print (default: table)"
    )
    options.add_timeout(watch, None, "give up watching after this")
    for name, line in WORDS.items():
        word = _one(_word(verbs, name, line))
        if name in ("pause", "cancel"):
            word.add_argument("--reason", default="", help="why; kept in the journal beside your name")
        if name == "retry":
            word.add_argument(
                "--nodes", default="", metavar="SET", help="only these (default: all that did not get there)"
            )


def _word(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, line: str
) -> argparse.ArgumentParser:
    sub = verbs.add_parser(
        name,
        help=line,
        description=f"{line[0].upper()}{line[1:]}.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    options.add_journal(sub)
    return sub


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("operation", metavar="OP", help="the operation's id, as in op-7f3k9x")
    return parser
