"""Findings about the sources themselves: what we cannot see is the first thing an operator must know."""

import re
from collections.abc import Iterator

from backends.model.finding import Finding
from backends.model.node import Power
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.stream import StreamState
from console.targets import fold
from console.words import count, duration

_LOST = (SourceState.FAILED, SourceState.DENIED, SourceState.STALE)
_WORD = {SourceState.FAILED: "failed", SourceState.DENIED: "denied", SourceState.STALE: "gone quiet"}
_SCHEDULER = "slurm"
SKEW_S = 60.0
"""A clock that is further off is told. Clients of one NTP server are within a second, TLS and Kerberos bear minutes."""
_CONTROLLER = "slurmctld"
_WHERE = re.compile(r"^\S+: ")
"""The endpoint that an error begins with."""


def source_silent(snapshot: Snapshot) -> Iterator[Finding]:
    """A source fails, is refused, or has gone quiet: everything it said is old.

    The families of the scheduler (`slurm.nodes`, `slurm.jobs`) go one way, and fail as one finding. A scheduler that
    is dead, by its own client's word, is told as that, with what the hardware says meanwhile.
    """
    alike: dict[tuple[str, SourceState], list[SourceStatus]] = {}
    for status in snapshot.sources.values():
        if status.state in _LOST:
            family = _SCHEDULER if status.name.startswith(f"{_SCHEDULER}.") else status.name
            alike.setdefault((family, status.state), []).append(status)
    for (family, state), lost in alike.items():
        name = lost[0].name if len(lost) == 1 else family
        error = max(lost, key=lambda status: _CONTROLLER in status.error).error
        dead = family == _SCHEDULER and _CONTROLLER in error
        since = min(status.failing_since or status.observed_at or snapshot.at for status in lost)
        seen = [status.observed_at for status in lost if status.observed_at is not None]
        theirs = _nodes_of(snapshot, {status.name for status in lost})
        heard = f"last answer {max(seen):%Y-%m-%d %H:%M:%SZ}" if seen else "never answered"
        rule = "scheduler-down" if dead else "source-silent"
        yield Finding(
            id=f"{rule}:{name}",
            rule=rule,
            severity=Severity.CRITICAL if dead or state is SourceState.DENIED else Severity.WARNING,
            entity=f"source:{name}",
            title=_title(name, theirs, _WORD[state], error, dead=dead),
            since=since,
            evidence=(
                f"{heard}; failing since {since:%Y-%m-%d %H:%M:%SZ}",
                *((error,) if error else ()),
                *((f"silent: {', '.join(status.name for status in lost)}",) if len(lost) > 1 else ()),
                *(_hardware(snapshot) if family == _SCHEDULER else ()),
            ),
            advice=_advice(snapshot, dead=dead, ever=bool(seen)),
        )


def source_partial(snapshot: Snapshot) -> Iterator[Finding]:
    """A source answers, but not for everything."""
    for status in snapshot.sources.values():
        if status.partial and status.trusted:
            without = _left_out(snapshot, status.name)
            told = f", without {fold(without)}" if without else ""
            yield Finding(
                id=f"source-partial:{status.name}",
                rule="source-partial",
                severity=Severity.WARNING,
                entity=f"source:{status.name}",
                title=f"{status.name} answered in part{told}: {status.error}",
                since=snapshot.at,
                evidence=(status.error,),
                hits_nodes=without,
                advice="what it left out is shown as it was, dim, or as `?`"
                + ("; the nodes themselves may be well: look at their controllers" if without else ""),
            )


def events_lost(snapshot: Snapshot) -> Iterator[Finding]:
    """A source that has an event stream and lost it: it is polled, so what happens is seen later, not never."""
    for status in snapshot.sources.values():
        stream = status.events
        if stream is not None and stream.state is StreamState.LOST and status.trusted:
            yield Finding(
                id=f"events-lost:{status.name}",
                rule="events-lost",
                severity=Severity.WARNING,
                entity=f"source:{status.name}",
                title=f"{status.name}: its event stream is lost, it is polled every {status.interval_s:.0f} s",
                since=min(stream.since, snapshot.at),
                evidence=(stream.why or "no reason given",),
                advice="nothing is missed, only later; look at the controller's event service if it stays",
            )


def clock_skew(snapshot: Snapshot) -> Iterator[Finding]:
    """A controller whose clock is not ours: the times of its logs, events and conditions mislead whoever reads them."""
    for status in snapshot.sources.values():
        ahead_s = status.clock_ahead_s
        if ahead_s is None or abs(ahead_s) < SKEW_S or not status.trusted:
            continue
        way = "ahead of" if ahead_s > 0 else "behind"
        theirs = _nodes_of(snapshot, {status.name})
        yield Finding(
            id=f"clock-skew:{status.name}",
            rule="clock-skew",
            severity=Severity.WARNING,
            entity=f"source:{status.name}",
            title=f"{status.name}{f' ({theirs})' if theirs else ''}: its clock is {duration(abs(ahead_s))} {way} ours",
            since=snapshot.at,
            evidence=(f"{ahead_s:+.0f} s by its own word, to ten seconds", f"from {status.name}"),
            advice="set its NTP server, or ours; until then read the times of its log with that in mind",
        )


def _title(name: str, nodes: str, word: str, error: str, *, dead: bool) -> str:
    """What fails and why, as short as a table needs it; of a dead scheduler its own client's word alone."""
    why = _WHERE.sub("", error).partition(" (")[0]
    return why if dead else f"{name}{f' ({nodes})' if nodes else ''} {word}: {why or 'no answer'}"


def _nodes_of(snapshot: Snapshot, names: set[str]) -> str:
    """The nodes that these controllers have told of, where others tell of the rest; folded."""
    told = [node.name for node in snapshot.nodes.values() if node.hardware and node.hardware.source in names]
    return fold(told) if 0 < len(told) < len(snapshot.nodes) else ""


def _left_out(snapshot: Snapshot, name: str) -> tuple[str, ...]:
    """The nodes of which a source has old facts, or none at all where no other source could have them."""
    told = {node.hardware.source for node in snapshot.nodes.values() if node.hardware is not None}
    if name not in told:
        return ()
    return tuple(
        node.name
        for node in snapshot.nodes.values()
        if (node.hardware is None and told == {name})
        or (node.hardware is not None and node.hardware.source == name and snapshot.stale(node.hardware))
    )


def _hardware(snapshot: Snapshot) -> tuple[str, ...]:
    """What the controllers say of the nodes meanwhile, where they are current: a dead scheduler stops no job."""
    known = [node for node in snapshot.nodes.values() if node.hardware and not snapshot.stale(node.hardware)]
    if not known:
        return ()
    on = sum(node.power is Power.ON for node in known)
    well = sum(node.health is Severity.OK for node in known)
    return (f"the hardware of {count(len(known), 'node')}: {on} on, {well} OK; what runs there runs on",)


def _advice(snapshot: Snapshot, *, dead: bool, ever: bool) -> str:
    if dead:
        return "start it on the head node (`systemctl status slurmctld`); running jobs go on without it"
    shown = "its facts are shown as they were" if ever else "nothing is known from it"
    return f"{shown}; check with `megapod doctor --pod {snapshot.pod}`"
