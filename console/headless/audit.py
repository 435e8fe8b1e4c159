"""`megapod audit`: who did what, when, from where, why, and what came of it, as the journal tells it."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from console.exit import Exit
from console.headless import options, output
from console.headless.diagnostics import Stop
from console.headless.journal_place import chosen, opened
from console.operations import event as ev
from console.state.clock import SystemClock
from console.views import audit as views


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
        _print(told, arguments.output)
    finally:
        journal.close()
    return Exit.DONE


def _print(told: Iterator[ev.Entry], how: str) -> None:
    if how == "table":
        output.write_table(views.view(entry for entry in told if not isinstance(entry.event, ev.Noted)))
    elif how == "jsonl":
        for entry in told:
            output.write_json(views.item(entry), indent=False)
    else:
        items: list[dict[str, Any]] = [views.item(entry) for entry in told]
        output.write_json({"apiVersion": output.API_VERSION, "kind": "AuditList", "items": items})


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
