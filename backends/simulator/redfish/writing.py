"""What a write asks for: the JSON that was sent, the parameters of an action, the properties of a PATCH."""

import json
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from backends.simulator.redfish.errors import Refused, errors, message
from backends.simulator.redfish.etags import tag
from backends.simulator.redfish.resource import Action, Body, Parameter, Resource, Value

_MOST_BYTES = 1 << 20


async def read_body(request: Request) -> Body:
    """The JSON object that was sent; no body at all is an empty one. Raises Refused for anything else."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _MOST_BYTES:
            raise Refused(413, "MalformedJSON")
    kind = request.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
    if raw and kind != "application/json":
        raise Refused(415, "UnsupportedMediaType")
    try:
        value = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refused(400, "MalformedJSON")
    return cast("Body", value)


def parameters(action: Action, asked: Body, *, create: bool = False) -> Body:
    """The parameters of an action, or the properties of a new resource, each of the right type; raises Refused."""
    what = "Property" if create else "ActionParameter"
    for name, parameter in action.parameters.items():
        if parameter.required and asked.get(name) is None:
            raise Refused(400, f"{what}Missing", name)
    given: Body = {key: value for key, value in asked.items() if value is not None and not key.startswith("@")}
    for name, value in given.items():
        known = action.parameters.get(name)
        if known is None:
            raise Refused(400, f"{what}Unknown", name)
        _check(known, name, value, create=create)
    return given


def _check(parameter: Parameter, name: str, value: Value, *, create: bool) -> None:
    if not isinstance(value, parameter.kind) or (parameter.kind is int and isinstance(value, bool)):
        raise Refused(400, "PropertyValueIncorrect" if create else "ActionParameterValueTypeError", name)
    values = value if isinstance(value, list) else [value]
    if parameter.allowed and not all(each in parameter.allowed for each in values):
        raise Refused(400, "PropertyValueNotInList" if create else "ActionParameterValueNotInList", name)


def patch(resource: Resource, asked: Body) -> tuple[bool, list[Body]]:
    """Change what can be changed; returns whether anything was, and a message for each property that cannot.

    Raises Refused for bad values. All values are checked before the first is taken: a refused write changes nothing.
    """
    leaves = _leaves({key: value for key, value in asked.items() if not key.startswith("@odata.")}, resource)
    if not leaves:
        raise Refused(400, "NoOperation")
    writable = [(resource.writes[path], value) for path, value in leaves if path in resource.writes]
    for path, value in leaves:
        if path in resource.writes and not resource.writes[path].fits(value):
            raise Refused(400, "PropertyValueIncorrect", path)
    for write, value in writable:
        write.apply(value)
    refused = [
        message("PropertyNotWritable" if path.split("/")[0] in resource.body else "PropertyUnknown", path)
        for path, _ in leaves
        if path not in resource.writes
    ]
    return bool(writable), refused


def patched(resource: Resource, messages: list[Body], *, wrote: bool) -> Response:
    """The answer to a PATCH: the resource as it now is, with what could not be changed; an error if nothing was."""
    if not wrote:
        return errors(400, messages)
    etag = tag(resource)
    body: Body = {**resource.body, "@odata.etag": etag}
    if messages:
        body["@Message.ExtendedInfo"] = [*messages]
    return Response(json.dumps(body), 200, {"ETag": etag}, "application/json")


def _leaves(asked: Body, resource: Resource, before: str = "") -> list[tuple[str, Value]]:
    """The properties that are asked to change, by path. What is writable as a whole is not taken apart."""
    found = []
    for key, value in asked.items():
        path = f"{before}{key}"
        if isinstance(value, dict) and path not in resource.writes:
            found += _leaves(value, resource, f"{path}/")
        else:
            found.append((path, value))
    return found
