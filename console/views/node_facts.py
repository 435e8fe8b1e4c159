"""A node whole, or in a few lines: what each source says of it, side by side, each with its age."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from backends.model.job import Job
from backends.model.measurement import CAPACITIES
from backends.model.node import Gpu, HardwareFacts, Node
from backends.model.reason import Reason
from backends.model.snapshot import Snapshot
from console.operations.hold import said_of
from console.targets import fold
from console.views import finding_facts, job_facts
from console.views.gpus import gpus_of, holder
from console.views.jobs import left
from console.views.nodes import hottest_c
from console.views.plant import history, reading
from console.views.section import Fact, Section, old, seen, severity_style
from console.words import EMPTY, UNKNOWN, ago, count


def whole(snapshot: Snapshot, name: str, now: datetime) -> list[Section]:
    """A node whole. What a source does not say is `?`; a source that does not know the node says so."""
    known = snapshot.nodes.get(name)
    if known is None:
        return [Section(name, (Fact("", "no source knows it any more"),))]
    where = Fact("stands in", known.rack or (f"no rack told; hangs on {known.group}" if known.group else UNKNOWN))
    sections = [Section(name, (where,)), *_findings(snapshot, name, now), _scheduler(snapshot, known, now)]
    sections.extend(job_facts.whole(snapshot, held.id, now)[0] for held in snapshot.jobs_on(name))
    sections.append(_hardware(snapshot, known, now))
    return [*sections, *_gpus(snapshot, known, now)]


def brief(snapshot: Snapshot, name: str, now: datetime) -> list[Section]:
    """A node in a few lines, for the pane beside the map."""
    known = snapshot.nodes.get(name)
    if known is None:
        return []
    facts = [*_wrong(snapshot, name)]
    scheduler, hardware = known.scheduler, known.hardware
    if scheduler is None:
        facts.append(Fact("state", f"{UNKNOWN} no scheduler has told", style="unknown"))
    if scheduler is not None:
        aged = snapshot.stale(scheduler)
        facts.append(
            Fact("state", "+".join(scheduler.state).lower(), old(snapshot, scheduler, now), known.service.value, aged)
        )
        facts.extend(_held(known, now))
        if scheduler.reason is not None:
            facts.append(Fact("reason", _reason(scheduler.reason, now), style="warning", stale=aged))
    facts.extend(Fact("job", _job_line(held, now)) for held in snapshot.jobs_on(name))
    if hardware is not None:
        aged = snapshot.stale(hardware)
        text = " · ".join(part for part in (f"power {hardware.power.value}", _readings(hardware)) if part)
        facts.append(Fact("hardware", text, old(snapshot, hardware, now), stale=aged))
    return [Section(name, tuple(facts), known.group)]


def nearer(snapshot: Snapshot, name: str, now: datetime) -> list[Section]:
    """The same, and each of its GPUs: where there is room for them."""
    known = snapshot.nodes.get(name)
    return [*brief(snapshot, name, now), *_gpus(snapshot, known, now)] if known is not None else []


def several(snapshot: Snapshot, names: Collection[str]) -> list[Section]:
    """Several nodes in a few lines: what a rack under the cursor is about."""
    known = [snapshot.nodes[name] for name in names if name in snapshot.nodes]
    states = Counter(one.service for one in known)
    jobs = dict.fromkeys(held.id for one in known for held in snapshot.jobs_on(one.name))
    watts = [one.hardware.power_w for one in known if one.hardware and one.hardware.power_w is not None]
    held = sum(one.scheduler.gpus_used for one in known if one.scheduler)
    facts = [
        Fact("state", ", ".join(f"{number} {service.value}" for service, number in states.most_common())),
        Fact("gpus", f"{held} of {sum(one.gpu_count for one in known)} held"),
        Fact("jobs", ", ".join(jobs) or EMPTY),
    ]
    if watts:
        facts.append(Fact("power", f"{sum(watts):.0f} W" + ("" if len(watts) == len(known) else " and more")))
    return [Section(fold(names), tuple(facts), count(len(known), "node"))]


def _scheduler(snapshot: Snapshot, known: Node, now: datetime) -> Section:
    facts = known.scheduler
    if facts is None:
        return Section("scheduler", (Fact("", "no scheduler knows this node"),))
    aged = snapshot.stale(facts)
    said = [
        Fact("state", "+".join(facts.state).lower(), style=known.service.value, stale=aged),
        Fact("service", known.service.value + ("" if facts.responding else ", not responding"), stale=aged),
    ]
    said.extend(_held(known, now))
    if facts.reason is not None:
        said.append(Fact("reason", _reason(facts.reason, now), style="warning", stale=aged))
    said += [
        Fact("gpus", f"{facts.gpus_used} of {facts.gpus} held {facts.gpu_model}".rstrip(), stale=aged),
        Fact("cpus", f"{facts.cpus_used} of {facts.cpus}", stale=aged),
        Fact("memory", f"{facts.memory_used_mb} of {facts.memory_mb} MB", stale=aged),
        Fact("partitions", ", ".join(facts.partitions) or EMPTY, stale=aged),
        Fact("address", facts.address or UNKNOWN, stale=aged),
        Fact("features", ", ".join(facts.features) or EMPTY, stale=aged),
        Fact("version", facts.version or UNKNOWN, stale=aged),
        Fact("up", ago(facts.boot_at, now), stale=aged),
    ]
    return Section(facts.source, tuple(said), *seen(snapshot, facts, now))


def _hardware(snapshot: Snapshot, known: Node, now: datetime) -> Section:
    facts = known.hardware
    if facts is None:
        return Section("hardware", (Fact("", "no controller knows this node"),))
    aged = snapshot.stale(facts)
    health = facts.health.value + (f" ({facts.state})" if facts.state else "")
    where = " ".join(part for part in (facts.rack, facts.chassis, f"slot {facts.slot}" if facts.slot else "") if part)
    said = (
        Fact("power", facts.power.value, stale=aged),
        Fact("health", health, "", severity_style(facts.health), aged),
        Fact("readings", _readings(facts) or UNKNOWN, stale=aged),
        Fact("chassis", where or UNKNOWN, stale=aged),
        Fact("model", facts.model or UNKNOWN, stale=aged),
        Fact("serial", facts.serial or UNKNOWN, stale=aged),
        Fact("uuid", facts.uuid or UNKNOWN, stale=aged),
        Fact("system", facts.system, stale=aged),
    )
    return Section(facts.source, (*said, *_tray(snapshot, known, stale=aged)), *seen(snapshot, facts, now))


def _tray(snapshot: Snapshot, known: Node, *, stale: bool) -> Iterator[Fact]:
    """What the tray that it stands in measures, with its history: of nodes themselves none is kept."""
    holds = (edge.source for edge in snapshot.topology.incoming.get(f"node:{known.name}", ()))
    tray = next((one for one in holds if one.startswith("tray:") and one in snapshot.components), "")
    for one in snapshot.components[tray].measurements if tray else ():
        was = history(snapshot, tray, one)
        if was and one.quantity not in CAPACITIES:
            yield Fact(f"tray {one.label}", reading(one, snapshot.components[tray]), stale=stale, history=was)


def _gpus(snapshot: Snapshot, known: Node, now: datetime) -> Iterator[Section]:
    if gpus_of(known):
        facts = tuple(_gpu(snapshot, known, gpu) for gpu in gpus_of(known))
        yield Section("GPUs", facts, *seen(snapshot, known.hardware, now))


def _gpu(snapshot: Snapshot, known: Node, gpu: Gpu) -> Fact:
    readings = (
        f"{gpu.temp_c:.0f} °C" if gpu.temp_c is not None else "",
        f"{gpu.power_w:.0f} W" if gpu.power_w is not None else "",
        f"{gpu.utilisation_pct:.0f} %" if gpu.utilisation_pct is not None else "",
    )
    held = holder(known, gpu.index, snapshot)
    parts = (gpu.health.value, *readings, f"job {held}" if held in snapshot.jobs else held, gpu.model)
    text = " · ".join(part for part in parts if part)
    return Fact(f"gpu {gpu.index}", text, "", severity_style(gpu.health), snapshot.stale(known.hardware))


def _findings(snapshot: Snapshot, name: str, now: datetime) -> Iterator[Section]:
    for found in snapshot.findings:
        if found.entity == f"node:{name}":
            yield from finding_facts.whole(found, now)


def _wrong(snapshot: Snapshot, name: str) -> Iterator[Fact]:
    for found in snapshot.findings:
        if found.entity == f"node:{name}":
            yield Fact(found.severity.value.lower(), found.title, style=severity_style(found.severity))


def _held(known: Node, now: datetime) -> Iterator[Fact]:
    """Who keeps it out, why and until when, as its mark tells."""
    if held := said_of(known, now):
        yield Fact("hold", held, style="warning")


def _reason(reason: Reason, now: datetime) -> str:
    by = f" by {reason.by}" if reason.by else ""
    since = f" {ago(reason.at, now)} ago" if reason.at else ""
    return f"{reason.text} ({f'set{by}{since}'})" if by or since else reason.text


def _job_line(held: Job, now: datetime) -> str:
    return f"{held.id} {held.name} ({held.user}) · {left(held, now).text} left"


def _readings(facts: HardwareFacts) -> str:
    hot = hottest_c(facts)
    parts = (
        f"{hot:.0f} °C" if hot is not None else "",
        f"{facts.power_w:.0f} W" if facts.power_w is not None else "",
    )
    return " · ".join(part for part in parts if part)
