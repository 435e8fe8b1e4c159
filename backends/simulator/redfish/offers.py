"""What a resource offers to clients: its actions with their targets, and the properties that may be written."""

from collections.abc import Callable, Mapping

from msgspec import structs

from backends.simulator.redfish.resource import Action, Body, Resource, Value, Write

_WRITABLE = "@Redfish.WriteableProperties"


def actions_body(path: str, actions: Mapping[str, Action]) -> Body:
    """`Actions` of the resource at `path` (from /redfish/v1 on), with what each parameter may be."""
    body: Body = {}
    for name, action in actions.items():
        allowed: Body = {
            f"{parameter}@Redfish.AllowableValues": [*known.allowed]
            for parameter, known in action.parameters.items()
            if known.allowed
        }
        body[f"#{name}"] = {"target": f"{path}/Actions/{name}", **allowed}
    return {"Actions": body}


def announced(resource: Resource) -> Resource:
    """The resource with the names of what PATCH changes in it, at each level (DSP0266 WriteableProperties)."""
    if not resource.writes:
        return resource
    body = resource.body
    for path in resource.writes:
        *above, name = path.split("/")
        body = _announce(body, above, name)
    return structs.replace(resource, body=body)


def _announce(body: Body, above: list[str], name: str) -> Body:
    if above:
        inner = body.get(above[0])
        return {**body, above[0]: _announce(inner, above[1:], name)} if isinstance(inner, dict) else body
    if name not in body:
        return body
    named = body.get(_WRITABLE, [])
    return {**body, _WRITABLE: [*named, name] if isinstance(named, list) else [name]}


def number(least: float, most: float, apply: Callable[[float], None]) -> Write:
    """A number between two others, both included."""

    def fits(value: Value) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most

    return Write(fits=fits, apply=lambda value: apply(float(value) if isinstance(value, int | float) else 0.0))


def whole(least: int, most: int, apply: Callable[[int], None]) -> Write:
    """A whole number between two others, both included."""

    def fits(value: Value) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    return Write(fits=fits, apply=lambda value: apply(value if isinstance(value, int) else 0))


def word(allowed: tuple[str, ...], apply: Callable[[str], None]) -> Write:
    """One of some words."""
    return Write(fits=lambda value: value in allowed, apply=lambda value: apply(str(value)))


def switch(apply: Callable[[bool], None]) -> Write:
    """True or false."""
    return Write(fits=lambda value: isinstance(value, bool), apply=lambda value: apply(value is True))
