"""What clients have set: properties that PATCH changes and that nothing else in the pod depends on."""

from collections.abc import Callable

from msgspec import structs

from backends.simulator.redfish.resource import Body, Resource, Value, Write

_LONGEST = 64
_MOST_NAMES = 64
_HIGHEST_UNIT = 60

Fits = Callable[[Value], bool]


def _text(value: Value) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and (value.isprintable() or not value)


def _switch(value: Value) -> bool:
    return isinstance(value, bool)


def _name(value: Value) -> bool:
    return value is None or _text(value)


def _names(value: Value) -> bool:
    return isinstance(value, list) and len(value) <= _MOST_NAMES and all(map(_text, value))


def _unit(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _HIGHEST_UNIT


_PLACE: dict[str, Fits] = {
    "Location/Placement/Row": _name,
    "Location/Placement/Rack": _name,
    "Location/Placement/RackOffset": _unit,
}
_PART: dict[str, Fits] = {"UserLabel": _text, "LocationIndicatorActive": _switch}
_WRITABLE: dict[str, dict[str, Fits]] = {
    "Chassis": {"AssetTag": _text, "LocationIndicatorActive": _switch, **_PLACE},
    "Circuit": {**_PART, "CriticalCircuit": _switch, "ElectricalSourceName": _text, "ElectricalConsumerNames": _names},
    "CoolantConnector": {"LocationIndicatorActive": _switch},
    "CoolingLoop": {"UserLabel": _text, "ConsumingEquipmentNames": _names, "SupplyEquipmentNames": _names},
    "CoolingUnit": {"AssetTag": _text, "UserLabel": _text},
    "ComputerSystem": {
        "AssetTag": _text,
        "LocationIndicatorActive": _switch,
    },
    "Fan": {"LocationIndicatorActive": _switch},
    "Filter": _PART,
    "LeakDetector": {"UserLabel": _text},
    "Manager": {"LocationIndicatorActive": _switch},
    "Outlet": {**_PART, "ElectricalConsumerNames": _names},
    "PowerDistribution": {"AssetTag": _text, "UserLabel": _text, **_PLACE},
    "PowerSupply": {"LocationIndicatorActive": _switch},
    "Pump": {**_PART, "AssetTag": _text},
}
_DARK: Body = {"LocationIndicatorActive": False}
_UNTAGGED: Body = {"AssetTag": "", "UserLabel": ""}
_GIVEN: dict[str, Body] = {
    "Chassis": {"AssetTag": "", **_DARK},
    "Circuit": _DARK,
    "CoolantConnector": _DARK,
    "CoolingLoop": {"UserLabel": ""},
    "CoolingUnit": _UNTAGGED,
    "Fan": _DARK,
    "Filter": {"UserLabel": "", **_DARK},
    "LeakDetector": {"UserLabel": ""},
    "Outlet": _DARK,
    "PowerDistribution": {"AssetTag": ""},
    "Pump": {**_UNTAGGED, **_DARK},
}


class Settings:
    """Values by resource and property path, laid over the bodies that the pod gives."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, Value]] = {}

    def over(self, resource: Resource) -> Resource:
        """The resource with what was set, and open to be set. Only what its body has can be."""
        table = _WRITABLE.get(resource.kind)
        if not table:
            return resource
        path = str(resource.body["@odata.id"])
        body = {**_GIVEN.get(resource.kind, {}), **resource.body}
        for name, value in self._values.get(path, {}).items():
            body = _put(body, name.split("/"), value)
        writes = {name: self._write(path, name, fits) for name, fits in table.items() if _has(body, name.split("/"))}
        return structs.replace(resource, body=body, writes={**resource.writes, **writes})

    def _write(self, path: str, name: str, fits: Fits) -> Write:
        def apply(value: Value) -> None:
            self._values.setdefault(path, {})[name] = value

        return Write(fits=fits, apply=apply)


def _has(body: Value, names: list[str]) -> bool:
    for name in names:
        if not isinstance(body, dict) or name not in body:
            return False
        body = body[name]
    return True


def _put(body: Body, names: list[str], value: Value) -> Body:
    first, *rest = names
    inner = body.get(first)
    return {**body, first: _put(inner, rest, value) if rest and isinstance(inner, dict) else value}
