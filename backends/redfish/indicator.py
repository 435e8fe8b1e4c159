"""The find-me light of a system or chassis: `LocationIndicatorActive`, or `IndicatorLED` where only that is."""

from backends.errors import NotSupported
from backends.redfish.resource import Resource
from backends.redfish.write import Change

_NEW = "LocationIndicatorActive"
_OLD = "IndicatorLED"


def lit_of(one: Resource) -> bool | None:
    """Whether it is lit; None when it does not say."""
    new = one.look(_NEW)
    if isinstance(new, bool):
        return new
    return {"Lit": True, "Blinking": True, "Off": False}.get(one.text(_OLD, 20))


def light_change(one: Resource, *, lit: bool, where: str) -> Change:
    """The PATCH that switches it. Raises NotSupported for what has no light."""
    if _NEW in one.body:
        body: dict[str, object] = {_NEW: lit}
    elif _OLD in one.body:
        body = {_OLD: "Lit" if lit else "Off"}
    else:
        raise NotSupported(f"{one.path}: it has no light to find it by", where=where)
    wrong = f"its light is still {'off' if lit else 'on'}"
    return Change(body, lit_of, lambda now: "" if lit_of(now) is lit else wrong)
