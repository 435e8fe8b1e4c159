"""From what was read of a part to its facts. What was not read, or says nothing, is UNKNOWN, None or absent."""

from collections.abc import Iterable, Mapping

from backends.model.measurement import Measurement
from backends.model.node import Power
from backends.model.plant import ComponentFacts, Redundancy
from backends.model.severity import Severity, worst
from backends.model.topology import Kind
from backends.redfish.parts import Part, Sight
from backends.redfish.resource import Resource
from backends.redfish.status import power, severity
from backends.redfish.views import PORT, STATUS

_GROUPS = {"PumpRedundancy": "pumps", "PowerSupplyRedundancy": "supplies", "MainsRedundancy": "mains"}
LIMITS = (
    "Thresholds/LowerCritical/Reading",
    "Thresholds/LowerCaution/Reading",
    "Thresholds/UpperCaution/Reading",
    "Thresholds/UpperCritical/Reading",
)

Known = Mapping[str, Resource]


def facts_of(part: Part, known: Known, limits: Known, ids: Mapping[str, str], source: str) -> ComponentFacts:
    """The facts of one part. `known` is what was read, `limits` sensors by path, `ids` components by path."""
    own = known.get(part.own)
    detail = _detail(part, known)
    return ComponentFacts(
        source=source,
        health=_health(part, own, detail),
        state=own.text("Status/State", 40) if own else "",
        detail=detail,
        power=power(own.text("PowerState")) if own else Power.UNKNOWN,
        measurements=_once(one for sight in part.sights for one in _measured(sight, known, limits)),
        redundancy=tuple(
            dict.fromkeys(one for sight in part.sights for one in _redundancy(known.get(sight.path), known, ids))
        ),
    )


def _once(found: Iterable[Measurement]) -> tuple[Measurement, ...]:
    """Each quantity once: a shelf and the chassis it is built in both tell its power. One with a value comes first."""
    kept: dict[tuple[str, str], Measurement] = {}
    for one in found:
        key = one.quantity, one.label
        if key not in kept or kept[key].value is None:
            kept[key] = one
    return tuple(kept.values())


def well_of(one: Resource) -> Severity:
    """The worse of a resource's own health and its rollup, of those that are reported."""
    return worst(*(severity(word) for pointer in STATUS[1:] if (word := one.text(pointer))))


def _health(part: Part, own: Resource | None, detail: str) -> Severity:
    """A detector's word counts beside its health: some report a leak in one of the two only."""
    said = [well_of(own)] if own is not None else []
    if part.kind is Kind.LEAK_DETECTOR and detail:
        said = [one for one in said if one is not Severity.UNKNOWN] + [severity(detail)]
    return worst(*said)


def _detail(part: Part, known: Known) -> str:
    if part.kind is Kind.SWITCH:
        ports = [port_up(known.get(sight.path)) for sight in part.sights if sight.view is PORT]
        return f"{sum(up is True for up in ports)}/{len(ports)} ports up" if ports else ""
    for sight in part.sights[:1]:
        one = known.get(sight.path)
        words = [one.text(word, 60) for word in sight.view.words] if one else []
        return next(filter(None, words), "")
    return ""


def port_up(port: Resource | None) -> bool | None:
    """Whether a link is trained; None when the port does not say."""
    if port is None:
        return None
    word = port.text("LinkStatus") or port.text("LinkState")
    return word in ("LinkUp", "Enabled") if word else None


def _measured(sight: Sight, known: Known, limits: Known) -> list[Measurement]:
    one = known.get(sight.path)
    if one is None:
        return []
    found = []
    for gauge in sight.view.gauges:
        if not _has(one, gauge.pointer):
            continue
        low_critical, low_caution, high_caution, high_critical = _bounds(one, gauge.pointer, limits)
        found.append(
            Measurement(
                quantity=gauge.quantity,
                value=one.number(gauge.pointer),
                label=" ".join(filter(None, (sight.label, gauge.label))),
                low_critical=low_critical,
                low_caution=low_caution,
                high_caution=high_caution,
                high_critical=high_critical,
            )
        )
    return found


def _has(one: Resource, pointer: str) -> bool:
    """Whether there is such a sensor: a `Reading` of null is one that gives no value now."""
    if one.look(pointer) is not None:
        return True
    excerpt = one.look(pointer.rpartition("/")[0])
    return isinstance(excerpt, dict) and "Reading" in excerpt and pointer.endswith("/Reading")


def _bounds(one: Resource, pointer: str, limits: Known) -> tuple[float | None, ...]:
    sensor = limits.get(one.sensor(pointer))
    return tuple(sensor.number(limit) if sensor else None for limit in LIMITS)


def _redundancy(one: Resource | None, known: Known, ids: Mapping[str, str]) -> list[Redundancy]:
    if one is None:
        return []
    found = []
    for pointer, name in _GROUPS.items():
        for group in one.items(pointer):
            members = group.links("RedundancyGroup")
            needed = group.number("MinNeededInGroup")
            found.append(
                Redundancy(
                    name=group.text("Name", 60) or name,
                    kind=group.text("RedundancyType", 40),
                    needed=int(needed) if needed is not None else None,
                    members=tuple(ids[path] for path in members if path in ids),
                    health=_group_health(group, members, needed, known),
                )
            )
    return found


def _group_health(group: Resource, members: tuple[str, ...], needed: float | None, known: Known) -> Severity:
    """What the group says of itself; where it says nothing, too few well members make it Critical."""
    said = well_of(group)
    if said is not Severity.UNKNOWN or needed is None:
        return said
    read = [known[path] for path in members if path in known]
    ill = sum(well_of(one) in (Severity.CRITICAL, Severity.WARNING) for one in read)
    return Severity.CRITICAL if len(members) - ill < needed else said
