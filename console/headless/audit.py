"""`megapod audit`: who did what, when, from where, why, and what came of it, as the journal tells it."""

import argparse
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from console.exit import Exit
from console.headless import output
from console.headless.diagnostics import Stop, say
from console.headless.form import Form
from console.headless.journal_place import chosen, opened
from console.headless.listing import Lister, Part
from console.operations import event as ev
from console.views import audit as views

AT_ONCE = 1000


class AuditList(Struct, frozen=True, kw_only=True):
    """What the journal tells of a while, as a document: every event, whole."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str = "AuditList"
    items: tuple[views.AuditItem, ...]


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if arguments.until is not None and arguments.since >= arguments.until:
        raise Stop(Exit.USAGE, "--until is before --since: nothing can be between them")
    journal = opened(chosen(arguments))
    try:
        told = journal.audit(arguments.since, arguments.until)
        if arguments.operation:
            told = (entry for entry in told if entry.operation == arguments.operation)
        if not _print(told, arguments.form):
            of = f" of {arguments.operation}" if arguments.operation else ""
            say(f"nothing on record{of} in that time")
    finally:
        journal.close()
    return Exit.DONE


def _print(told: Iterator[ev.Entry], how: Form) -> bool:
    """Print them; whether there were any.

    Forms that can be written in parts are: a journal may be long. The columns of a table want all of it at once.
    """
    shown = how.name in ("table", "wide")
    lister = Lister(how, "AuditList")
    kept: list[views.AuditItem] = []
    at_once, empty = None if shown else AT_ONCE, True
    while entries := list(islice(told, at_once)):
        entries = [entry for entry in entries if not (shown and isinstance(entry.event, ev.Noted))]
        items = tuple(map(views.item, entries))
        empty = empty and not items
        kept += items if how.whole else ()
        lister.add(Part("", views.view(entries), items))
    lister.end(AuditList(items=tuple(kept)))
    return not empty
