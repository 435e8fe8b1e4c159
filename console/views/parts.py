"""How many there are of each part of the plant, and which are not well: leaks, fans, pumps, supplies, links, GPUs."""

from collections.abc import Iterator

from backends.model.node import Gpu, Power
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Component, Kind
from console.views.cell import Cell
from console.views.nodes import hottest_c
from console.words import count

NAMES = {
    Kind.LEAK_DETECTOR: ("leaks", "none at {all} detectors", "wet"),
    Kind.PUMP: ("pumps", "{all} well", "not well"),
    Kind.FAN: ("fans", "{all} well", "not well"),
    Kind.POWER_SUPPLY: ("supplies", "{all} well", "not well"),
    Kind.OUTLET: ("outlets", "{all} well", "not well"),
    Kind.SWITCH: ("switches", "{all} well", "not well"),
}
"""What a kind is called, what is said when all of it is well, and of those that are not."""

MOST = 2
"""As many of the ill are named; the table below names all."""


def lines(snapshot: Snapshot) -> tuple[Cell, ...]:
    """One phrase a kind of part that is known, those with something wrong first. A kind nobody tells of is left out."""
    phrases = list(_phrases(snapshot))
    return tuple(sorted(phrases, key=lambda cell: cell.style not in ("critical", "warning")))


def _phrases(snapshot: Snapshot) -> Iterator[Cell]:
    yield from _systems(snapshot)
    for kind in NAMES:
        if kind in snapshot.parts:
            yield _counted(snapshot, kind, snapshot.parts[kind])
    known = [node.hardware for node in snapshot.nodes.values() if node.hardware is not None]
    yield from _gpus([gpu for facts in known for gpu in facts.gpus], old=snapshot.any_stale(known))
    yield from _hottest(snapshot)


def _counted(snapshot: Snapshot, kind: Kind, members: list[tuple[Component, ComponentFacts]]) -> Cell:
    word, well, ill_word = NAMES[kind]
    ill = [one for one in members if one[1].health in (Severity.CRITICAL, Severity.WARNING)]
    unknown = sum(facts.health is Severity.UNKNOWN for _, facts in members)
    old = snapshot.any_stale(facts for _, facts in members)
    note = f" ({unknown} not known)" if unknown else ""
    if not ill:
        said = well.format(all=len(members) - unknown)
        return Cell(f"{word} {said}{note}", "stale" if old else "ok" if unknown < len(members) else "unknown")
    worst = min((facts.health for _, facts in ill), key=lambda health: health.rank)
    names = ", ".join(snapshot.topology.label(component.id) for component, _ in ill[:MOST])
    more = f" +{len(ill) - MOST}" if len(ill) > MOST else ""
    said = f"{word} {len(ill)} of {len(members)} {ill_word}: {names}{more}{note}"
    return Cell(said, "stale" if old else worst.value.lower())


def _systems(snapshot: Snapshot) -> Iterator[Cell]:
    known = [node.hardware for node in snapshot.nodes.values() if node.hardware is not None]
    if not known:
        yield Cell("no controller tells power, temperature or health", "unknown")
        return
    sick = sum(facts.health in (Severity.CRITICAL, Severity.WARNING) for facts in known)
    said = f"{sick} of {len(known)} systems not well" if sick else f"{len(known)} systems well"
    old = snapshot.any_stale(known)
    yield _said(said, "warning" if sick else "ok", old=old)
    if off := sum(facts.power is Power.OFF for facts in known):
        yield _said(f"{off} off", "warning", old=old)


def _said(text: str, style: str, *, old: bool) -> Cell:
    """A phrase as it is meant, unless a part of it may have changed since."""
    return Cell(text, "stale" if old else style)


def _gpus(gpus: list[Gpu], *, old: bool) -> Iterator[Cell]:
    links = [(gpu.nvlinks_up, gpu.nvlinks) for gpu in gpus if gpu.nvlinks is not None and gpu.nvlinks_up is not None]
    if links:
        up, total = sum(up for up, _ in links), sum(total for _, total in links)
        down = f", {total - up} down" if up < total else ""
        yield _said(f"NVLinks {up}/{total} up{down}", "warning" if down else "ok", old=old)
    if throttled := sum(bool(gpu.throttle) for gpu in gpus):
        yield _said(f"{count(throttled, 'GPU')} throttled", "warning", old=old)
    if errors := sum(bool(gpu.ecc_uncorrectable) for gpu in gpus):
        yield _said(f"uncorrectable ECC on {count(errors, 'GPU')}", "critical", old=old)


def _hottest(snapshot: Snapshot) -> Iterator[Cell]:
    hot = [(at, name) for name, node in snapshot.nodes.items() if (at := hottest_c(node.hardware)) is not None]
    if hot:
        celsius, name = max(hot)
        facts = snapshot.nodes[name].hardware
        yield _said(f"hottest {celsius:.0f} °C on {name}", "", old=facts is not None and snapshot.stale(facts))
