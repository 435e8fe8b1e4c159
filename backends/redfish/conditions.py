"""What a service itself calls wrong, in one GET (DSP0268 ServiceConditions v1.0): asked first in every round."""

from collections.abc import Callable
from datetime import datetime

from backends.model.plant import Condition
from backends.redfish.reports import time_of
from backends.redfish.resource import Resource
from backends.redfish.status import severity


def conditions_of(one: Resource | None, component: Callable[[str], str], source: str) -> tuple[Condition, ...]:
    """The conditions of a service or a resource. `component` gives the id a path belongs to."""
    if one is None:
        return ()
    pointer = "Conditions" if one.look("Conditions") is not None else "Status/Conditions"
    return tuple(
        Condition(
            source=source,
            severity=severity(item.text("Severity")),
            message=item.text("Message", 300),
            message_id=item.text("MessageId"),
            component=component(origin) if (origin := item.link("OriginOfCondition")) else "",
            at=time_of(item.text("Timestamp")),
        )
        for item in one.items(pointer)
    )


def origins_of(one: Resource | None) -> dict[str, datetime | None]:
    """The resources conditions are about, with the time of the newest; None where one does not say when."""
    found: dict[str, datetime | None] = {}
    for item in one.items("Conditions") if one else ():
        if path := item.link("OriginOfCondition"):
            at, before = time_of(item.text("Timestamp")), found.get(path)
            known = at if path not in found else None if at is None or before is None else max(at, before)
            found[path] = known
    return found


def all_well(one: Resource | None) -> bool:
    """Whether the service says that nothing at all is wrong."""
    return one is not None and one.text("HealthRollup") == "OK" and not one.items("Conditions")
