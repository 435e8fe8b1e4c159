"""A job whole: whose it is, what it holds, how long it has, what it waits for."""

from datetime import datetime

from backends.model.snapshot import Snapshot
from console.views.jobs import left
from console.views.section import Fact, Section, seen
from console.words import EMPTY, ago, duration


def whole(snapshot: Snapshot, identity: str, now: datetime) -> list[Section]:
    """A job."""
    found = snapshot.jobs.get(identity)
    if found is None:
        return [Section(f"job {identity}", (Fact("", "no longer in the queue"),))]
    old = snapshot.stale(found)
    facts = [
        Fact("name", found.name or EMPTY, stale=old),
        Fact("user", found.user + (f" ({found.account})" if found.account else ""), stale=old),
        Fact("state", "+".join(found.state).lower(), stale=old),
        Fact(
            "nodes",
            f"{found.node_set} ({found.node_count})" if found.node_set else f"wants {found.node_count}",
            stale=old,
        ),
        Fact("gpus", str(found.gpus), stale=old),
        Fact("partition", found.partition or EMPTY, stale=old),
    ]
    if found.running:
        facts.append(Fact("ran", f"{ago(found.started_at, now)}, {left(found, now).text} left"))
    if found.pending_reason and not found.running:
        facts.append(Fact("waits for", found.pending_reason, style="warning", stale=old))
    if found.submitted_at:
        facts.append(Fact("submitted", f"{ago(found.submitted_at, now)} ago"))
    if found.time_limit_s is not None:
        facts.append(Fact("time limit", duration(found.time_limit_s)))
    return [Section(f"job {found.id}", tuple(facts), *seen(snapshot, found, now))]
