"""A finding whole: who is on it and what to do first, then what it hits, and how it is known."""

from collections.abc import Iterator
from datetime import datetime

from backends.model.finding import Finding
from console.operations.attention import Attention
from console.targets import fold
from console.views.findings import who
from console.views.section import Fact, Section, severity_style
from console.words import EMPTY, ago


def whole(found: Finding, now: datetime, attention: Attention | None = None) -> list[Section]:
    """A finding. `attention` is what people have said of it, None where nobody keeps that."""
    facts = [Fact("since", ago(found.since, now))]
    if found.advice:
        facts.append(Fact("do", found.advice, style="accent"))
    if attention is not None:
        facts.extend(_attention(found, attention, now))
    if found.hits_nodes:
        facts.append(Fact("nodes", fold(found.hits_nodes)))
    if found.hits_jobs:
        facts.append(Fact("jobs", ", ".join(found.hits_jobs), style="warning"))
    facts.extend(Fact("evidence" if not at else "", text) for at, text in enumerate(found.evidence) if text)
    return [Section(found.title, tuple(facts), found.severity.value, severity_style(found.severity))]


def _attention(found: Finding, attention: Attention, now: datetime) -> Iterator[Fact]:
    cell = who(found, attention, now)
    if cell.style:
        yield Fact("on it", cell.text, "", cell.style)
    elif attention.by:
        yield Fact("on it", f"nobody now; {attention.by} was", "", "warning")
    for at, note in enumerate(reversed(attention.notes)):
        yield Fact("note" if not at else "", f"{note.text or EMPTY} ({note.by}, {ago(note.at, now)} ago)", "", "accent")
