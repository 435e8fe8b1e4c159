"""From what was read of a part to its facts. What was not read, or says nothing, is UNKNOWN, None or absent."""

from collections.abc import Iterable, Mapping

from backends.model.measurement import CAPACITIES, Measurement
from backends.model.node import Power
from backends.model.plant import ComponentFacts, Redundancy
from backends.model.severity import Severity, worst
from backends.model.topology import Kind
from backends.redfish.parts import Part, Sight
from backends.redfish.resource import Resource
from backends.redfish.status import power, severity
from backends.redfish.views import LIMITS, PORT, STATUS, Gauge

_GROUPS = {
    "PumpRedundancy": "pumps",
    "FilterRedundancy": "filters",
    "FanRedundancy": "fans",
    "CoolantConnectorRedundancy": "connectors",
    "CoolingUnitRedundancy": "units",
    "PowerSupplyRedundancy": "supplies",
    "MainsRedundancy": "mains",
    "Redundancy": "redundancy",
}
# Words that say how well a thing is, beside its health: some report a leak, or a lost input, in one of the two only.
_TELLING = frozenset(
    {Kind.LEAK_DETECTOR, Kind.RESERVOIR, Kind.LOOP, Kind.POWER_SUPPLY, Kind.CIRCUIT, Kind.OUTLET, Kind.PDU}
)
_WORDS = {
    "Tripped": Severity.CRITICAL,
    "LossOfInput": Severity.CRITICAL,
    "OutOfRange": Severity.WARNING,
    "Normal": Severity.OK,
}
Known = Mapping[str, Resource]


def facts_of(part: Part, known: Known, limits: Known, ids: Mapping[str, str], source: str) -> ComponentFacts:
    """The facts of one part. `known` is what was read, `limits` sensors by path, `ids` components by path."""
    resource = known.get(part.own)
    own = resource.part(part.at) if resource else None
    detail = _detail(part, known)
    return ComponentFacts(
        source=source,
        health=_health(part, own, detail),
        state=own.text("Status/State", 40) if own else "",
        detail=detail,
        power=power(own.text("PowerState")) if own else Power.UNKNOWN,
        measurements=_once(
            one
            for measure in (_measured, _rated)
            for sight in part.sights
            for one in measure(sight, known.get(sight.path), limits)
        ),
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
    return tuple(sorted(kept.values(), key=lambda one: one.quantity in CAPACITIES and one.label != "limit"))


def well_of(one: Resource) -> Severity:
    """The worse of a resource's own health and its rollup, of those that are reported."""
    return worst(*(severity(word) for pointer in STATUS[1:] if (word := one.text(pointer))))


def _health(part: Part, own: Resource | None, detail: str) -> Severity:
    """What a resource says of its health, and what its word says: the worse of the two."""
    said = [well_of(own)] if own is not None else []
    word = _WORDS.get(detail, severity(detail))
    if part.kind in _TELLING and (word is not Severity.UNKNOWN or (part.kind is Kind.LEAK_DETECTOR and detail)):
        said = [one for one in said if one is not Severity.UNKNOWN] + [word]
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


def _measured(sight: Sight, one: Resource | None, limits: Known) -> list[Measurement]:
    gauges = sight.view.gauges if one is not None else ()
    return [_measurement(sight, gauge, one, limits) for gauge in gauges if one and _has(one, gauge)]


def _rated(sight: Sight, one: Resource | None, limits: Known) -> list[Measurement]:
    """What it is made for, or set to: of no use without a value, or where the setting is not in force."""
    gauges = sight.view.ratings if one is not None else ()
    return [
        _measurement(sight, gauge, one, limits)
        for gauge in gauges
        if one and one.number(gauge.pointer) and not (gauge.mode and one.text(gauge.mode) == "Disabled")
    ]


def _measurement(sight: Sight, gauge: Gauge, one: Resource, limits: Known) -> Measurement:
    low_critical, low_caution, high_caution, high_critical = _bounds(one, gauge, limits)
    return Measurement(
        quantity=gauge.quantity,
        value=_scaled(one.number(gauge.pointer), gauge),
        label=" ".join(filter(None, (sight.label, gauge.label))),
        low_critical=low_critical,
        low_caution=low_caution,
        high_caution=high_caution,
        high_critical=high_critical,
    )


def _has(one: Resource, gauge: Gauge) -> bool:
    """Whether there is such a sensor: a `Reading` of null is one that gives no value now."""
    pointer = gauge.pointer
    if one.look(pointer) is not None or (gauge.limits and one.silent(pointer)):
        return True
    excerpt = one.look(pointer.rpartition("/")[0])
    return isinstance(excerpt, dict) and "Reading" in excerpt and pointer.endswith("/Reading")


def _bounds(one: Resource, gauge: Gauge, limits: Known) -> tuple[float | None, ...]:
    """The thresholds beside the value, else those of its sensor, else what the thing is made for."""
    sensor = limits.get(one.sensor(gauge.pointer))
    if gauge.limits or sensor is not None:
        lowest_first = (_scaled((sensor or one).number(limit), gauge) for limit in gauge.limits or LIMITS)
        low_critical, low_caution, high_caution, high_critical = lowest_first
        # Upper limits of 0 are how older services say that there is none.
        return low_critical, low_caution, high_caution or None, high_critical or None
    rated = one.number(gauge.rated) if gauge.rated else None
    return None, None, rated or None, None


def _scaled(value: float | None, gauge: Gauge) -> float | None:
    return value if value is None or gauge.scale == 1.0 else round(value * gauge.scale, 3)


def _redundancy(one: Resource | None, known: Known, ids: Mapping[str, str]) -> list[Redundancy]:
    if one is None or _GROUPS.keys().isdisjoint(one.body):
        return []
    found = []
    for pointer, name in _GROUPS.items():
        for group in one.items(pointer):
            members = group.links("RedundancyGroup") or group.links("RedundancySet")
            needed = group.number("MinNeededInGroup" if group.look("MinNeededInGroup") is not None else "MinNumNeeded")
            found.append(
                Redundancy(
                    name=group.text("Name", 60) or name,
                    kind=group.text("RedundancyType", 40) or group.text("Mode", 40),
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
