"""Findings about the sources themselves: what we cannot see is the first thing an operator must know."""

from collections.abc import Iterator

from backends.model.finding import Finding
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState


def source_silent(snapshot: Snapshot) -> Iterator[Finding]:
    """A source fails, is refused, or has gone quiet: everything it said is old."""
    for status in snapshot.sources.values():
        if status.state not in (SourceState.FAILED, SourceState.DENIED, SourceState.STALE):
            continue
        since = status.failing_since or status.observed_at or snapshot.at
        never = (
            "never answered" if status.observed_at is None else f"last answer {status.observed_at:%Y-%m-%d %H:%M:%SZ}"
        )
        yield Finding(
            id=f"source-silent:{status.name}",
            rule="source-silent",
            severity=Severity.CRITICAL if status.state is SourceState.DENIED else Severity.WARNING,
            entity=f"source:{status.name}",
            title=f"{status.name} {_WORD[status.state]}: {status.error or 'no answer'}",
            since=since,
            evidence=(f"{never}; failing since {since:%Y-%m-%d %H:%M:%SZ}",),
            advice=f"its facts are shown as they were; check with `megapod doctor --pod {snapshot.pod}`",
        )


_WORD = {SourceState.FAILED: "failed", SourceState.DENIED: "denied", SourceState.STALE: "gone quiet"}


def source_partial(snapshot: Snapshot) -> Iterator[Finding]:
    """A source answers, but not for everything."""
    for status in snapshot.sources.values():
        if status.partial and status.trusted:
            yield Finding(
                id=f"source-partial:{status.name}",
                rule="source-partial",
                severity=Severity.WARNING,
                entity=f"source:{status.name}",
                title=f"{status.name} answered in part: {status.error}",
                since=snapshot.at,
                evidence=(status.error,),
                advice="what it left out is shown as it was, dim",
            )
