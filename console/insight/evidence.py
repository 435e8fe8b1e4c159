"""Evidence that several rules give."""

from backends.model.node import HardwareFacts, SchedulerFacts
from backends.model.snapshot import Snapshot


def last_seen(snapshot: Snapshot, facts: SchedulerFacts | HardwareFacts) -> tuple[str, ...]:
    """When old facts were last confirmed, as a line of evidence; nothing for current ones.

    What was wrong when its source fell silent is still wrong as far as anyone knows: the finding stays, and says this.
    """
    if not snapshot.stale(facts):
        return ()
    at = snapshot.observed_at(facts)
    return (f"last seen {at:%Y-%m-%d %H:%M:%SZ}, {facts.source} is silent about it since" if at else "never confirmed",)
