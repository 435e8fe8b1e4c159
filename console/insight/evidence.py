"""Evidence that several rules give: where a reading comes from, how old it is, and what the controller itself says."""

from datetime import datetime

from backends.model.node import HardwareFacts, SchedulerFacts
from backends.model.plant import ComponentFacts, Condition
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot

BAD = (Severity.CRITICAL, Severity.WARNING)
_MOST = 4


def last_seen(snapshot: Snapshot, facts: SchedulerFacts | HardwareFacts | ComponentFacts) -> tuple[str, ...]:
    """When old facts were last confirmed, as a line of evidence; nothing for current ones.

    What was wrong when its source fell silent is still wrong as far as anyone knows: the finding stays, and says this.
    """
    if not snapshot.stale(facts):
        return ()
    at = snapshot.observed_at(facts)
    return (f"last seen {at:%Y-%m-%d %H:%M:%SZ}, {facts.source} is silent about it since" if at else "never confirmed",)


def told_by(*facts: SchedulerFacts | HardwareFacts | ComponentFacts | None) -> tuple[str, ...]:
    """Where readings come from: the source, and the resource there that a person can look at."""
    places = [
        f"{one.source} {one.system}" if isinstance(one, HardwareFacts) else one.source
        for one in facts
        if one is not None
    ]
    return (f"from {', '.join(dict.fromkeys(places))}",) if places else ()


def conditions(snapshot: Snapshot, *entities: str) -> tuple[Condition, ...]:
    """What the services themselves call wrong about these very things."""
    return tuple(one for entity in entities for one in snapshot.conditions_about.get(entity, ()) if one.severity in BAD)


def said(snapshot: Snapshot, *entities: str) -> tuple[str, ...]:
    """Their words as evidence: `redfish says: Pump 1 stopped (CDU.1.0.PumpFailed)`."""
    found = conditions(snapshot, *entities)
    lines = [f"{one.source} says: {one.message}{f' ({one.message_id})' if one.message_id else ''}" for one in found]
    return tuple(dict.fromkeys(lines))[:_MOST]


def since(snapshot: Snapshot, *entities: str) -> datetime:
    """When a controller says it began, where one does; else now, which is when it was first seen.

    A controller's clock may be ahead of ours: nothing begins after the moment it is seen.
    """
    began = [one.at for one in conditions(snapshot, *entities) if one.at is not None]
    return min((snapshot.at, *began))
