"""Everything known of one thing, source by source, each with its age: the describe pane's sections."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from backends.model.finding import Finding
from backends.model.job import Job
from backends.model.node import Gpu, HardwareFacts, Node, SchedulerFacts
from backends.model.reason import Reason
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.targets import fold
from console.views.gpus import gpus_of, holder
from console.views.jobs import left
from console.views.nodes import hottest_c
from console.words import EMPTY, UNKNOWN, age, count, duration
from widgets.describe import Fact, Section


def node(snapshot: Snapshot, name: str, now: datetime) -> list[Section]:
    """A node whole. What a source does not say is `?`; a source that does not know the node says so."""
    known = snapshot.nodes.get(name)
    if known is None:
        return [Section(name, (Fact("", "no source knows it any more"),))]
    where = Fact("stands in", known.group or UNKNOWN)
    sections = [Section(name, (where,)), *_findings(snapshot, name, now), _scheduler(snapshot, known, now)]
    sections.extend(job(snapshot, held.id, now)[0] for held in snapshot.jobs_on(name))
    sections.append(_hardware(snapshot, known, now))
    if gpus_of(known):
        facts = tuple(_gpu(snapshot, known, gpu) for gpu in gpus_of(known))
        sections.append(Section("GPUs", facts, *_seen(snapshot, known.hardware, now)))
    return sections


def brief(snapshot: Snapshot, name: str, now: datetime) -> list[Section]:
    """A node in a few lines, for the pane beside the map."""
    known = snapshot.nodes.get(name)
    if known is None:
        return []
    facts = [*_wrong(snapshot, name)]
    scheduler, hardware = known.scheduler, known.hardware
    if scheduler is not None:
        old = snapshot.stale(scheduler)
        facts.append(
            Fact("state", "+".join(scheduler.state).lower(), _old(snapshot, scheduler, now), known.service.value, old)
        )
        if scheduler.reason is not None:
            facts.append(Fact("reason", _reason(scheduler.reason, now), style="warning", stale=old))
    facts.extend(Fact("job", _job_line(held, now)) for held in snapshot.jobs_on(name))
    if hardware is not None:
        old = snapshot.stale(hardware)
        text = " · ".join(part for part in (f"power {hardware.power.value}", _readings(hardware)) if part)
        facts.append(Fact("hardware", text, _old(snapshot, hardware, now), stale=old))
    return [Section(name, tuple(facts), known.group)]


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


def job(snapshot: Snapshot, identity: str, now: datetime) -> list[Section]:
    """A job."""
    found = snapshot.jobs.get(identity)
    if found is None:
        return [Section(f"job {identity}", (Fact("", "no longer in the queue"),))]
    old = snapshot.stale(found)
    facts = [
        Fact("name", found.name or EMPTY, stale=old),
        Fact("user", found.user + (f" ({found.account})" if found.account else ""), stale=old),
        Fact("state", "+".join(found.state).lower(), stale=old),
        Fact("nodes", f"{found.node_set or EMPTY} ({found.node_count})", stale=old),
        Fact("gpus", str(found.gpus), stale=old),
        Fact("partition", found.partition or EMPTY, stale=old),
    ]
    if found.running:
        facts.append(Fact("ran", f"{age(found.started_at, now)}, {left(found, now).text} left"))
    if found.pending_reason and not found.running:
        facts.append(Fact("waits for", found.pending_reason, style="warning", stale=old))
    if found.submitted_at:
        facts.append(Fact("submitted", f"{age(found.submitted_at, now)} ago"))
    if found.time_limit_s is not None:
        facts.append(Fact("time limit", duration(found.time_limit_s)))
    return [Section(f"job {found.id}", tuple(facts), *_seen(snapshot, found, now))]


def finding(found: Finding, now: datetime) -> list[Section]:
    """A finding: how it is known, what it hits, what to do."""
    facts = [Fact("since", f"{age(found.since, now)}")]
    facts.extend(Fact("evidence" if not at else "", text) for at, text in enumerate(found.evidence) if text)
    if found.hits_nodes:
        facts.append(Fact("nodes", fold(found.hits_nodes)))
    if found.hits_jobs:
        facts.append(Fact("jobs", ", ".join(found.hits_jobs), style="warning"))
    if found.advice:
        facts.append(Fact("do", found.advice, style="accent"))
    return [Section(found.title, tuple(facts), found.severity.value, _style(found.severity))]


def _scheduler(snapshot: Snapshot, known: Node, now: datetime) -> Section:
    facts = known.scheduler
    if facts is None:
        return Section("scheduler", (Fact("", "no scheduler knows this node"),))
    old = snapshot.stale(facts)
    said = [
        Fact("state", "+".join(facts.state).lower(), style=known.service.value, stale=old),
        Fact("service", known.service.value + ("" if facts.responding else ", not responding"), stale=old),
    ]
    if facts.reason is not None:
        said.append(Fact("reason", _reason(facts.reason, now), style="warning", stale=old))
    said += [
        Fact("gpus", f"{facts.gpus_used} of {facts.gpus} held {facts.gpu_model}".rstrip(), stale=old),
        Fact("cpus", f"{facts.cpus_used} of {facts.cpus}", stale=old),
        Fact("memory", f"{facts.memory_used_mb} of {facts.memory_mb} MB", stale=old),
        Fact("partitions", ", ".join(facts.partitions) or EMPTY, stale=old),
        Fact("address", facts.address or UNKNOWN, stale=old),
        Fact("features", ", ".join(facts.features) or EMPTY, stale=old),
        Fact("version", facts.version or UNKNOWN, stale=old),
        Fact("up", age(facts.boot_at, now), stale=old),
    ]
    return Section(facts.source, tuple(said), *_seen(snapshot, facts, now))


def _hardware(snapshot: Snapshot, known: Node, now: datetime) -> Section:
    facts = known.hardware
    if facts is None:
        return Section("hardware", (Fact("", "no controller knows this node"),))
    old = snapshot.stale(facts)
    where = " ".join(part for part in (facts.rack, facts.chassis, f"slot {facts.slot}" if facts.slot else "") if part)
    said = (
        Fact("power", facts.power.value, stale=old),
        Fact(
            "health", facts.health.value + (f" ({facts.state})" if facts.state else ""), "", _style(facts.health), old
        ),
        Fact("readings", _readings(facts) or UNKNOWN, stale=old),
        Fact("chassis", where or UNKNOWN, stale=old),
        Fact("model", facts.model or UNKNOWN, stale=old),
        Fact("serial", facts.serial or UNKNOWN, stale=old),
        Fact("uuid", facts.uuid or UNKNOWN, stale=old),
        Fact("system", facts.system, stale=old),
    )
    return Section(facts.source, said, *_seen(snapshot, facts, now))


def _gpu(snapshot: Snapshot, known: Node, gpu: Gpu) -> Fact:
    readings = (
        f"{gpu.temp_c:.0f} °C" if gpu.temp_c is not None else "",
        f"{gpu.power_w:.0f} W" if gpu.power_w is not None else "",
        f"{gpu.utilisation_pct:.0f} %" if gpu.utilisation_pct is not None else "",
    )
    held = holder(known, gpu.index, snapshot)
    parts = (gpu.health.value, *readings, f"job {held}" if held in snapshot.jobs else held, gpu.model)
    text = " · ".join(part for part in parts if part)
    return Fact(f"gpu {gpu.index}", text, "", _style(gpu.health), snapshot.stale(known.hardware))


def _findings(snapshot: Snapshot, name: str, now: datetime) -> Iterator[Section]:
    for found in snapshot.findings:
        if found.entity == f"node:{name}":
            yield from finding(found, now)


def _wrong(snapshot: Snapshot, name: str) -> Iterator[Fact]:
    for found in snapshot.findings:
        if found.entity == f"node:{name}":
            yield Fact(found.severity.value.lower(), found.title, style=_style(found.severity))


def _seen(snapshot: Snapshot, facts: SchedulerFacts | HardwareFacts | Job | None, now: datetime) -> tuple[str, str]:
    """A section's note: how old its facts are, and whether they may be trusted."""
    if facts is None:
        return "", "muted"
    seen = age(snapshot.observed_at(facts), now)
    if not snapshot.stale(facts):
        return f"{seen} ago", "muted"
    status = snapshot.sources.get(facts.source)
    word = status.state.value if status and not status.trusted else "missing"
    return f"{word}, as it was {seen} ago", "warning"


def _old(snapshot: Snapshot, facts: SchedulerFacts | HardwareFacts, now: datetime) -> str:
    return age(snapshot.observed_at(facts), now) if snapshot.stale(facts) else ""


def _reason(reason: Reason, now: datetime) -> str:
    by = f" by {reason.by}" if reason.by else ""
    since = f" {age(reason.at, now)} ago" if reason.at else ""
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


def _style(severity: Severity) -> str:
    return {Severity.OK: "", Severity.UNKNOWN: "unknown"}.get(severity, severity.value.lower())
