"""`megapod audit`: who did what, when, from where, why, and what came of it, as the journal tells it."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from msgspec import Struct

from console.exit import Exit
from console.headless import options, output
from console.headless.diagnostics import Stop
from console.headless.form import Form
from console.headless.journal_place import chosen, opened
from console.headless.listing import Lister, Part
from console.operations import event as ev
from console.state.clock import SystemClock
from console.views import audit as views

AT_ONCE = 1000


class AuditList(Struct, frozen=True, kw_only=True):
    """What the journal tells of a while, as a document: every event, whole."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str = "AuditList"
    items: tuple[views.AuditItem, ...]


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    clock = SystemClock()
    since = _time(arguments.since, clock.now())
    until = _time(arguments.until, clock.now()) if arguments.until else None
    journal = opened(chosen(arguments))
    try:
        told = journal.audit(since, until)
        if arguments.operation:
            told = (entry for entry in told if entry.operation == arguments.operation)
        _print(told, arguments.form)
    finally:
        journal.close()
    return Exit.DONE


def _print(told: Iterator[ev.Entry], how: Form) -> None:
    """Forms that can be written in parts are: a journal may be long. The columns of a table want all of it at once."""
    shown = how.name in ("table", "wide")
    lister = Lister(how)
    kept: list[views.AuditItem] = []
    at_once = None if shown else AT_ONCE
    while entries := list(islice(told, at_once)):
        entries = [entry for entry in entries if not (shown and isinstance(entry.event, ev.Noted))]
        items = tuple(map(views.item, entries))
        kept += items if how.whole else ()
        lister.add(Part("", views.view(entries), items))
    lister.end(AuditList(items=tuple(kept)))


def _time(text: str, now: datetime) -> datetime:
    """`2h` ago, or an ISO time; one without a zone is UTC, as all times here."""
    try:
        return now - timedelta(seconds=options.seconds(text))
    except (argparse.ArgumentTypeError, OverflowError):
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Stop(Exit.USAGE, f"{text!r} is not a time: write 2h, 7d or 2026-03-01T22:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
