"""What clients have set: properties that PATCH changes and that nothing else in the pod depends on."""

from collections.abc import Callable

from backends.simulator.redfish.resource import Body, Resource, Value, Write

_BOOT = "Boot/BootSourceOverride"
_TARGETS = ("None", "Pxe", "Cd", "Hdd", "BiosSetup", "UefiHttp", "UefiShell")
_LONGEST = 64

Fits = Callable[[Value], bool]


def _one_of(*words: str) -> Fits:
    return lambda value: value in words


def _text(value: Value) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and (value.isprintable() or not value)


def _switch(value: Value) -> bool:
    return isinstance(value, bool)


_WRITABLE: dict[str, dict[str, Fits]] = {
    "Chassis": {"AssetTag": _text, "LocationIndicatorActive": _switch},
    "ComputerSystem": {
        "AssetTag": _text,
        "LocationIndicatorActive": _switch,
        f"{_BOOT}Enabled": _one_of("Disabled", "Once", "Continuous"),
        f"{_BOOT}Mode": _one_of("UEFI"),
        f"{_BOOT}Target": _one_of(*_TARGETS),
    },
    "Manager": {"LocationIndicatorActive": _switch},
}
_GIVEN: dict[str, Body] = {"Chassis": {"AssetTag": "", "LocationIndicatorActive": False}}
BOOT_TARGETS = list[Value](_TARGETS)


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
        return Resource(
            body,
            writes={**resource.writes, **writes},
            actions=resource.actions,
            create=resource.create,
            remove=resource.remove,
            owner=resource.owner,
        )

    def boot_taken(self, path: str) -> None:
        """A system has begun to boot: an override for one boot is used up."""
        values = self._values.get(path, {})
        if values.get(f"{_BOOT}Enabled") == "Once":
            values |= {f"{_BOOT}Enabled": "Disabled", f"{_BOOT}Target": "None"}

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
