"""Another process at the same journal, for the tests: `journal_peer.py PATH WORD …`. Each line it prints is a fact."""

import contextlib
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.operations import event as ev
from console.operations.journal import Journal
from console.operations.journal_error import JournalError, Leased
from console.operations.place import Place
from console.operations.plan import Blast, Plan
from console.operations.step import Do, Lane, Phase, Step

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def begun(operation: str, nodes: tuple[str, ...]) -> ev.Begun:
    """The beginning of a drain."""
    phase = Phase(name="close", lanes=(Lane((Step(id="close", do=Do.CLOSE, nodes=nodes),)),))
    plan = Plan(
        operation=operation,
        verb="drain",
        pod="alpha",
        targets=",".join(nodes),
        reason="leak",
        user="ann",
        phases=(phase,),
        blast=Blast(nodes=len(nodes), gpus=0),
        made_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )
    return ev.Begun(plan=plan, config="", take=nodes)


def say(word: object) -> None:
    """One line, at once: what comes after may be a SIGKILL."""
    os.write(1, f"{word}\n".encode())


def main(path: str, word: str, *rest: str) -> None:
    """Do one thing."""
    if word == "as":  # another user: given up being root before anything is opened
        user, group, mask, *rest = rest
        os.umask(int(mask, 8))
        os.setgroups([int(group)])
        os.setgid(int(user))
        os.setuid(int(user))
        word, *rest = rest
    place = Place(journal=Path(path), shared="shared" in rest)
    try:
        journal = Journal.at(place, lambda: datetime.now(UTC))
    except JournalError as error:
        say(f"JournalError {error}")
        return
    act(journal, word, rest)


def act(journal: Journal, word: str, rest: list[str]) -> None:
    """Append, lease, or fill the disk, as asked."""
    say("ready")
    if word != "fill":
        sys.stdin.readline()
    try:
        if word == "append":
            for number in range(int(rest[0])):
                told = journal.append(f"op-{os.getpid()}", ev.Noted(step="empty/n1", texts={"n1": f"seen {number}"}))
                say(told.seq)
        elif word == "lease":
            say(journal.begin(rest[0], begun(rest[0], ("n1", "n2"))).seq)
        elif word == "fill":
            for _ in range(10_000):
                say(journal.append("op-full", ev.Noted(step="empty/n1", texts={"n1": "x" * 2000})).seq)
    except Leased as error:
        say(f"Leased {error.operation}")
    except JournalError as error:
        say(f"JournalError {error}")
    with contextlib.suppress(JournalError):
        journal.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
