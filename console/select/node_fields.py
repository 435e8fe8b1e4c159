"""What a node can be selected by: what each source says of it, its place, its jobs, and what hits it."""

from backends.model.job import Job
from backends.model.node import HardwareFacts, Node, Power, SchedulerFacts, Service
from backends.model.severity import Severity, worst
from backends.model.snapshot import Snapshot
from console.insight.vocabulary import RULE_NAMES
from console.select.field import SEVERITIES, UNKNOWN, Around, Field, Kind, Reading, number, seconds_since, words
from console.select.job_fields import JOB_STATES
from console.select.quantity import COUNT, DURATION, MEMORY, PERCENT, POWER, TEMPERATURE
from console.views.answered import answered

_DRAIN = frozenset({Service.DRAINING, Service.DRAINED})


def _state(node: Node) -> Reading:
    """The service word; `drain` is both of its kinds, `out` all that keep new work away."""
    if node.scheduler is None or node.service is Service.UNKNOWN:
        return UNKNOWN
    wide = ("drain",) if node.service in _DRAIN else ()
    return (node.service.value, *wide, *(("out",) if node.service.out else ()))


def _flags(facts: SchedulerFacts | None) -> Reading:
    return tuple(word.lower() for word in facts.state) if facts and facts.state else UNKNOWN


def _owner(facts: SchedulerFacts | None) -> Reading:
    """Who took it out: the person our mark names, else who wrote the reason."""
    if facts is None:
        return UNKNOWN
    reason = facts.reason
    mark = reason.mark if reason else None
    return words(mark.user if mark else reason.by if reason else "")


def _mark(facts: SchedulerFacts | None) -> Reading:
    """`megapod` and the operation, where it was us; `other` for a reason of somebody else's."""
    if facts is None:
        return UNKNOWN
    mark = facts.reason.mark if facts.reason else None
    return ("megapod", mark.operation) if mark else words("other" if facts.reason else "")


def _since(facts: SchedulerFacts | None, around: Around) -> Reading:
    if facts is None or facts.reason is None:
        return UNKNOWN if facts is None else ()
    return seconds_since(facts.reason.at, around.now)


def _seen(node: Node, around: Around) -> Reading:
    times = [around.snapshot.observed_at(facts) for facts in (node.scheduler, node.hardware) if facts is not None]
    known = [at for at in times if at is not None]
    return seconds_since(min(known, default=None), around.now)


def _jobs(node: Node, around: Around) -> tuple[Job, ...] | None:
    """The jobs that hold it; None where no queue has been read."""
    return around.snapshot.jobs_on(node.name) if answered(around.snapshot, "slurm.jobs") else None


def _of_jobs(node: Node, around: Around, key: str) -> Reading:
    jobs = _jobs(node, around)
    return UNKNOWN if jobs is None else words(*(str(getattr(job, key)) for job in jobs))


def _job_states(node: Node, around: Around) -> Reading:
    jobs = _jobs(node, around)
    return UNKNOWN if jobs is None else tuple(word.lower() for job in jobs for word in job.state)


def _gpus(facts: HardwareFacts | None, key: str) -> Reading:
    return tuple(getattr(gpu, key) for gpu in facts.gpus) if facts and facts.gpus else UNKNOWN


def _temperature(facts: HardwareFacts | None) -> Reading:
    """Of its GPUs, as far as they tell; of the system where none does, as in the column."""
    found = _gpus(facts, "temp_c")
    return found if any(one is not None for one in found) else number(facts.temp_c if facts else None)


def _models(node: Node) -> Reading:
    found = {gpu.model for gpu in node.hardware.gpus} if node.hardware else set()
    found |= {node.scheduler.gpu_model} if node.scheduler else set()
    return words(*sorted(found)) or UNKNOWN


def _count(facts: SchedulerFacts | None, key: str) -> Reading:
    return number(getattr(facts, key) if facts else None)


def _severity(node: Node, around: Around) -> Reading:
    """Of the worst finding that hits it; `ok` without any only once every source has told."""
    found = around.findings.get(node.name, ())
    known = worst(*(finding.severity for finding in found))
    if known in (Severity.CRITICAL, Severity.WARNING):
        return (known.value,)
    complete = all(status.observed_at is not None for status in around.snapshot.sources.values())
    return (Severity.OK.value,) if complete and not found else UNKNOWN


def _findings(node: Node, around: Around) -> Reading:
    return tuple(name for finding in around.findings.get(node.name, ()) for name in (finding.rule, finding.id))


def _old(node: Node, source: str, snapshot: Snapshot) -> bool:
    return snapshot.stale(node.scheduler if source == "scheduler" else node.hardware)


def _stale(node: Node, around: Around) -> Reading:
    return ("yes" if any(_old(node, source, around.snapshot) for source in ("scheduler", "hardware")) else "no",)


def _text(facts: SchedulerFacts | HardwareFacts | None, key: str) -> Reading:
    return words(getattr(facts, key)) if facts else UNKNOWN


_SCHEDULER = "scheduler"
_HARDWARE = "hardware"

NODES: Kind[Node] = Kind(
    "nodes",
    (
        Field(
            name="node", also=("name",), help="its name; globs and node sets", names=True, read=lambda n, _: (n.name,)
        ),
        Field(name="pod", help="the pod it is of", read=lambda _, a: (a.snapshot.pod,)),
        Field(
            name="state",
            help="idle mixed allocated draining drained down …; drain is both, out is any that takes no work",
            read=lambda n, _: _state(n),
            choices=(*(state.value for state in Service if state is not Service.UNKNOWN), "drain", "out"),
            source=_SCHEDULER,
        ),
        Field(name="flags", help="the scheduler's own words", read=lambda n, _: _flags(n.scheduler), source=_SCHEDULER),
        Field(name="rack", help="the rack it stands in", read=lambda n, _: words(n.rack)),
        Field(name="group", help="its rack, or the switch or block it hangs on", read=lambda n, _: words(n.group)),
        Field(name="domain", help="its NVLink domain", read=lambda n, a: words(*a.domains.get(n.name, ()))),
        Field(
            name="partition",
            also=("partitions", "queue"),
            help="any of its partitions",
            read=lambda n, _: n.scheduler.partitions if n.scheduler else UNKNOWN,
            source=_SCHEDULER,
        ),
        Field(name="reason", help="why it is out", read=lambda n, _: _reason(n.scheduler), source=_SCHEDULER),
        Field(name="owner", help="who took it out", read=lambda n, _: _owner(n.scheduler), source=_SCHEDULER),
        Field(
            name="mark",
            help="megapod or its operation's id; other: not by megapod",
            read=lambda n, _: _mark(n.scheduler),
            source=_SCHEDULER,
        ),
        Field(
            name="age",
            also=("since",),
            help="how long it has had its reason",
            unit=DURATION,
            read=lambda n, a: _since(n.scheduler, a),
            source=_SCHEDULER,
        ),
        Field(name="seen", help="age of the oldest facts", unit=DURATION, read=_seen),
        Field(name="stale", help="yes where some facts are old", choices=("yes", "no"), read=_stale),
        Field(
            name="health",
            help="its controller's word",
            order=SEVERITIES,
            read=lambda n, _: UNKNOWN if n.health is Severity.UNKNOWN else (n.health.value,),
            source=_HARDWARE,
        ),
        Field(name="severity", help="of the worst finding that hits it", order=SEVERITIES, read=_severity),
        Field(
            name="finding",
            also=("findings",),
            help="the rule or id of a finding that hits it",
            choices=RULE_NAMES,
            free=":",
            read=_findings,
        ),
        Field(
            name="power",
            help="on off poweringon poweringoff",
            choices=tuple(power.value.lower() for power in Power if power is not Power.UNKNOWN),
            read=lambda n, _: UNKNOWN if n.power is Power.UNKNOWN else (n.power.value,),
            source=_HARDWARE,
        ),
        Field(
            name="watts",
            also=("power_w",),
            help="what it draws",
            unit=POWER,
            read=lambda n, _: number(n.hardware.power_w if n.hardware else None),
            source=_HARDWARE,
        ),
        Field(
            name="gpu.temp",
            also=("temp_c", "temp", "gpu.temp_c"),
            help="its hottest GPU",
            unit=TEMPERATURE,
            read=lambda n, _: _temperature(n.hardware),
            source=_HARDWARE,
        ),
        Field(
            name="gpu.util",
            also=("util", "gpu.utilisation"),
            help="its busiest GPU",
            unit=PERCENT,
            read=lambda n, _: _gpus(n.hardware, "utilisation_pct"),
            source=_HARDWARE,
        ),
        Field(
            name="gpu.power",
            also=("gpu.watts",),
            help="the GPU that draws most",
            unit=POWER,
            read=lambda n, _: _gpus(n.hardware, "power_w"),
            source=_HARDWARE,
        ),
        Field(
            name="gpu.ecc",
            help="most uncorrectable errors of a GPU",
            unit=COUNT,
            read=lambda n, _: _gpus(n.hardware, "ecc_uncorrectable"),
            source=_HARDWARE,
        ),
        Field(name="gpu.model", help="its GPUs' model", read=lambda n, _: _models(n)),
        Field(name="gpus", help="how many it has", unit=COUNT, read=lambda n, _: number(n.gpu_count)),
        Field(
            name="gpus.used",
            help="held by jobs",
            unit=COUNT,
            read=lambda n, _: _count(n.scheduler, "gpus_used"),
            source=_SCHEDULER,
        ),
        Field(
            name="gpus.free",
            help="held by none",
            unit=COUNT,
            read=lambda n, _: number(n.gpu_count - n.scheduler.gpus_used if n.scheduler else None),
            source=_SCHEDULER,
        ),
        Field(name="cpus", help="CPUs", unit=COUNT, read=lambda n, _: _count(n.scheduler, "cpus"), source=_SCHEDULER),
        Field(
            name="memory",
            help="in MB, or with G, T",
            unit=MEMORY,
            read=lambda n, _: _count(n.scheduler, "memory_mb"),
            source=_SCHEDULER,
        ),
        Field(name="job", also=("jobs",), help="the id of a job on it", read=lambda n, a: _of_jobs(n, a, "id")),
        Field(name="job.user", also=("user",), help="whose job", read=lambda n, a: _of_jobs(n, a, "user")),
        Field(name="job.name", help="what job", read=lambda n, a: _of_jobs(n, a, "name")),
        Field(name="job.account", also=("account",), help="for whom", read=lambda n, a: _of_jobs(n, a, "account")),
        Field(name="job.state", help="running suspended completing …", choices=JOB_STATES, read=_job_states),
        Field(
            name="feature",
            help="any of the scheduler's features",
            read=lambda n, _: n.scheduler.features if n.scheduler else UNKNOWN,
            source=_SCHEDULER,
        ),
        Field(name="model", help="the machine's", read=lambda n, _: _text(n.hardware, "model"), source=_HARDWARE),
        Field(name="serial", help="the machine's", read=lambda n, _: _text(n.hardware, "serial"), source=_HARDWARE),
        Field(name="bios", help="its firmware", read=lambda n, _: _text(n.hardware, "bios"), source=_HARDWARE),
    ),
    of=lambda snapshot: snapshot.nodes,
    old=_old,
)


def _reason(facts: SchedulerFacts | None) -> Reading:
    if facts is None:
        return UNKNOWN
    return words(facts.reason.text) if facts.reason else ()
