"""How many there are of each part of the plant, and which are not well: leaks, fans, pumps, supplies, links, GPUs."""

from collections.abc import Iterator

from backends.model.node import Power
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind
from console.views.cell import Cell
from console.views.tally import BAD, Tally, some_old
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


def lines(snapshot: Snapshot, tally: Tally | None = None) -> tuple[Cell, ...]:
    """One phrase a kind of part that is known, those with something wrong first. A kind nobody tells of is left out.

    `tally` as in `plant.view`.
    """
    tally = tally or Tally()
    tally.update(snapshot)
    phrases = list(_phrases(snapshot, tally))
    return tuple(sorted(phrases, key=lambda cell: cell.style not in ("critical", "warning")))


def _phrases(snapshot: Snapshot, tally: Tally) -> Iterator[Cell]:
    yield from _systems(snapshot)
    for kind in NAMES:
        yield from _counted(snapshot, kind, tally)
    yield from _gpus(snapshot, tally)


def _counted(snapshot: Snapshot, kind: Kind, tally: Tally) -> Iterator[Cell]:
    """By what they say themselves: a reading near its limit is told where readings are."""
    word, well, ill_word = NAMES[kind]
    counts = tally.of(kind)
    total, unknown = counts.total(), sum(counts[state] for state in counts if state.health is Severity.UNKNOWN)
    old = some_old(snapshot, counts)
    note = f" ({unknown} not known)" if unknown else ""
    ill = [(identity, state.health) for identity, state in tally.ill(kind) if state.health in BAD]
    if ill:
        worst = min((health for _, health in ill), key=lambda health: health.rank)
        names = ", ".join(snapshot.topology.label(identity) for identity, _ in ill[:MOST])
        more = f" +{len(ill) - MOST}" if len(ill) > MOST else ""
        said = f"{word} {len(ill)} of {total} {ill_word}: {names}{more}{note}"
        yield Cell(said, "stale" if old else worst.value.lower())
    elif total:
        said = well.format(all=total - unknown)
        yield Cell(f"{word} {said}{note}", "stale" if old else "ok" if unknown < total else "unknown")


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


def _gpus(snapshot: Snapshot, tally: Tally) -> Iterator[Cell]:
    told = tally.gpus.values()
    old = snapshot.any_stale(node.hardware for node in snapshot.nodes.values() if node.hardware)
    if total := sum(one.links for one in told):
        up = sum(one.links_up for one in told)
        down = f", {total - up} down" if up < total else ""
        yield _said(f"NVLinks {up}/{total} up{down}", "warning" if down else "ok", old=old)
    if throttled := sum(one.throttled for one in told):
        yield _said(f"{count(throttled, 'GPU')} throttled", "warning", old=old)
    if errors := sum(one.ecc for one in told):
        yield _said(f"uncorrectable ECC on {count(errors, 'GPU')}", "critical", old=old)
    hot = [(one.hottest_c, name) for name, one in tally.gpus.items() if one.hottest_c is not None]
    if hot:
        celsius, name = max(hot)
        yield _said(f"hottest {celsius:.0f} °C on {name}", "", old=snapshot.stale(snapshot.nodes[name].hardware))
