"""`megapod describe ENTITY`: one thing whole, as every source has it: a node, a job, a finding, a part of the plant."""

import argparse
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from backends.model.snapshot import Snapshot
from console.config import Config, load
from console.deadline import patience_s
from console.exit import Exit
from console.headless import document, loop, output
from console.headless.blast import find
from console.headless.diagnostics import Stop, say
from console.headless.item import FindingItem, Item, SourceItem
from console.state.session import Session
from console.views import component_facts, finding_facts, job_facts, node_facts
from console.views.section import Section


class Described(Struct, frozen=True, kw_only=True):
    """One thing as a document: the item a list would hold, what is wrong with it, and who did not answer."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str
    observedAt: datetime  # noqa: N815
    partial: bool
    errors: tuple[str, ...]
    sources: tuple[SourceItem, ...]
    findings: tuple[FindingItem, ...]
    item: Item


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if not arguments.entity.strip():
        raise Stop(Exit.USAGE, "describe what? Name it, as in `megapod describe gpu007`")
    return loop.run(_describe(arguments, load(arguments.config).only(arguments.pod)))


async def _describe(arguments: argparse.Namespace, config: Config) -> Exit:
    async with Session(config) as session:
        return told(arguments, await session.look(patience_s(arguments.timeout_s)), session.clock.now())


def told(arguments: argparse.Namespace, snapshots: Mapping[str, Snapshot], now: datetime) -> Exit:
    """Find it, and print it."""
    pod, entity = _named(arguments.entity, snapshots)
    snapshot = snapshots[pod]
    item = item_of(snapshot, entity)
    if item is None:
        raise Stop(Exit.USAGE, f"{entity} of {pod}: nothing is told of it by itself; `megapod blast {entity}` has it")
    one = described(snapshot, entity, item, now)
    if arguments.form.name == "table":
        output.write("".join(f"{line}\n" for line in lines(sections(snapshot, entity, now))))
    else:
        output.write_document(one, arguments.form)
    for problem in one.errors:
        say(problem)
    return Exit.PARTIAL if one.partial else Exit.DONE


def described(snapshot: Snapshot, entity: str, item: Item, now: datetime) -> Described:
    """The document of one thing."""
    whole = document.document("pods", {snapshot.pod: snapshot}, now, {})
    return Described(
        kind=type(item).__name__.removesuffix("Item"),
        observedAt=now,
        partial=whole.partial,
        errors=whole.errors,
        sources=whole.sources,
        findings=tuple(found for found in document.findings(snapshot) if entity in (found.entity, found.id)),
        item=item,
    )


def _named(words: str, snapshots: Mapping[str, Snapshot]) -> tuple[str, str]:
    for pod, snapshot in snapshots.items():
        if any(found.id == words for found in snapshot.findings):
            return pod, words
    return find(words, snapshots)


def item_of(snapshot: Snapshot, entity: str) -> Item | None:
    """An entity, or a finding by its id, as a list would have it; None where it is not known, or not listed."""
    kind, _, name = entity.partition(":")
    if any(found.id == entity for found in snapshot.findings):
        return next(found for found in document.findings(snapshot) if found.id == entity)
    if kind == "node" and name in snapshot.nodes:
        return document.node(snapshot, snapshot.nodes[name])
    listed: Iterable[Item] = document.jobs(snapshot) if kind == "job" else document.plant(snapshot)
    return next((item for item in listed if item.label in (entity, name)), None)


def sections(snapshot: Snapshot, entity: str, now: datetime) -> list[Section]:
    """What the screen's pane says of it: the same sections."""
    kind, _, name = entity.partition(":")
    for found in snapshot.findings:
        if found.id == entity:
            return finding_facts.whole(found, now)
    if kind == "node":
        return node_facts.whole(snapshot, name, now)
    if kind == "job":
        return job_facts.whole(snapshot, name, now)
    return component_facts.whole(snapshot, entity, now)


def lines(told: Iterable[Section]) -> Iterable[str]:
    """Sections as lines: a title with its note, and its facts under it."""
    for section in told:
        yield f"{section.title}{f' ({section.note})' if section.note else ''}"
        width = max((len(fact.label) for fact in section.facts), default=0)
        for fact in section.facts:
            aged = f" ({fact.age} ago)" if fact.age else ""
            yield f"  {fact.label:<{width}}  {fact.value}{aged}".rstrip()
