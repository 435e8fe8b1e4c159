"""`megapod findings`: what is wrong and who is on it; ack, snooze, and a note for the next shift. As on screen."""

import argparse
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from backends.model.finding import Finding
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.config import Config, load
from console.deadline import patience_s
from console.exit import Exit
from console.headless import document, form, loop, output
from console.headless.diagnostics import Stop, say
from console.headless.journal_place import of_config, opened
from console.headless.listing import Lister, Part
from console.operations.attention import OPERATION, Attention, Note, told
from console.operations.event import Attended, Care
from console.state.session import Session
from console.views import findings as views


class AttentionItem(Struct, frozen=True, kw_only=True):
    """A finding and who is on it. `by` is "" for nobody; `rests_until` is None for what does not rest."""

    pod: str
    id: str
    severity: Severity
    title: str
    since: datetime
    advice: str
    hits_nodes: tuple[str, ...]
    hits_jobs: tuple[str, ...]
    by: str
    by_since: datetime | None
    rests_until: datetime | None
    notes: tuple[Note, ...]

    @property
    def label(self) -> str:
        """What a word about it is given."""
        return self.id

    @property
    def on(self) -> tuple[str, ...]:
        """The nodes it hits."""
        return self.hits_nodes


def run(arguments: argparse.Namespace) -> Exit:
    """Run the word."""
    return loop.run(_run(arguments, load(arguments.config).only(arguments.pod)))


async def _run(arguments: argparse.Namespace, config: Config) -> Exit:
    async with Session(config) as session:
        snapshots = await session.look(patience_s(arguments.timeout_s))
        now = session.clock.now()
    if arguments.word != "list":
        pod, finding = _one(arguments.finding, snapshots)
        _write(config, told(finding, pod, Care(arguments.word), _text(arguments), _until(arguments)))
        say(f"{arguments.word}: {finding.title}")
        snapshots = {pod: snapshots[pod]}
    attention = _attention(config, snapshots)
    items = {pod: _items(snapshot, attention[pod], now) for pod, snapshot in snapshots.items()}
    result = document.document("attentions", snapshots, now, items)
    if arguments.word == "list":
        lister = Lister(arguments.form, "AttentionList")
        for pod, snapshot in snapshots.items():
            view = views.listed(snapshot, now, attention[pod])
            lister.add(Part(pod, form.with_pod(view, pod) if len(snapshots) > 1 else view, items[pod]))
            if not view.rows:
                say(f"{pod}: {view.empty}")
        lister.end(result)
    elif arguments.form.whole:
        output.write_document(result, arguments.form)
    for problem in result.errors:
        say(problem)
    return Exit.PARTIAL if result.partial and arguments.word == "list" else Exit.DONE


def _text(arguments: argparse.Namespace) -> str:
    """The note of a word that may have one. Raises Stop for an empty one."""
    text: str = getattr(arguments, "text", "") or ""
    if arguments.word == Care.NOTE and not text.strip():
        raise Stop(Exit.USAGE, "an empty note tells nobody anything")
    return text.strip()


def _until(arguments: argparse.Namespace) -> datetime | None:
    until: datetime | None = getattr(arguments, "until", None)
    return until


def _one(text: str, snapshots: Mapping[str, Snapshot]) -> tuple[str, Finding]:
    """The finding that is meant, of whichever pod. Raises Stop, naming the candidates."""
    every = [(pod, finding) for pod, snapshot in snapshots.items() for finding in snapshot.findings]
    exact = [one for one in every if one[1].id == text]
    found = exact or [one for one in every if text and text in one[1].id]
    if len(found) == 1:
        return found[0]
    if not found:
        silent = [status.name for one in snapshots.values() for status in one.sources.values() if not status.trusted]
        known = f"{', '.join(silent)} did not answer" if silent else "`megapod findings list` names those there are"
        raise Stop(Exit.USAGE, f"no finding {text!r}; {known}")
    raise Stop(Exit.USAGE, f"{text!r} is a part of {', '.join(finding.id for _, finding in found[:6])}: say more of it")


def _write(config: Config, event: Attended) -> None:
    journal = opened(of_config(config))
    try:
        journal.append(OPERATION, event)
    finally:
        journal.close()


def _attention(config: Config, snapshots: Mapping[str, Snapshot]) -> dict[str, Mapping[str, Attention]]:
    place = of_config(config)
    if not place.journal.exists():
        return {pod: {} for pod in snapshots}
    journal = opened(place)
    try:
        return {pod: journal.attention(pod) for pod in snapshots}
    finally:
        journal.close()


def _items(snapshot: Snapshot, attention: Mapping[str, Attention], now: datetime) -> tuple[AttentionItem, ...]:
    return tuple(
        _item(snapshot.pod, finding, attention.get(finding.id, Attention()), now)
        for finding in views.ordered(snapshot.findings, attention, now)
    )


def _item(pod: str, finding: Finding, said: Attention, now: datetime) -> AttentionItem:
    taken = said.taken(finding, now)
    return AttentionItem(
        pod=pod,
        id=finding.id,
        severity=finding.severity,
        title=finding.title,
        since=finding.since,
        advice=finding.advice,
        hits_nodes=finding.hits_nodes,
        hits_jobs=finding.hits_jobs,
        by=said.by if taken else "",
        by_since=said.since if taken else None,
        rests_until=said.until if said.rests(finding, now) else None,
        notes=said.notes,
    )
