"""Query parameters of a read: `$expand`, `$select`, `$top`, `$skip`, `only` (DSP0266 7.3).

What is not supported is 501 when it begins with a dollar sign and ignored when it does not.
"""

import re
from collections.abc import Callable, Iterable

from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.resource import Body, Resource, Value

EXPAND_LEVELS = 4
FEATURES: Body = {
    "ExpandQuery": {"ExpandAll": True, "Levels": True, "Links": True, "MaxLevels": EXPAND_LEVELS, "NoLinks": True},
    "FilterQuery": False,
    "MultipleHTTPRequests": True,
    "OnlyMemberQuery": True,
    "SelectQuery": True,
    "TopSkipQuery": True,
}
_EXPAND = re.compile(r"(?P<which>[.*~])(?:\(\$levels=(?P<levels>\d+)\))?")
_SELECT = re.compile(r"[\w@.#]+(?:/[\w@.#]+)*(?:,[\w@.#]+(?:/[\w@.#]+)*)*")
_NUMBER = re.compile(r"\d{1,9}")
_SUPPORTED = ("$expand", "$select", "$top", "$skip")
_ALWAYS = ("@odata.id", "@odata.type", "@odata.etag")

Find = Callable[[str], Resource | None]


def answer(resource: Resource, pairs: Iterable[tuple[str, str]], find: Find) -> Resource:
    """The resource that a read with this query gets; raises Refused."""
    query = dict(pairs)
    for key in query:
        if key.startswith("$") and key not in _SUPPORTED:
            raise Refused(501, "QueryParameterUnsupported", key)
    resource = _only(resource, query, find)
    body = _page(resource, query)
    if "$expand" in query:
        match = _EXPAND.fullmatch(query["$expand"])
        levels = int(match["levels"] or 1) if match else 0
        if match is None or not 1 <= levels <= EXPAND_LEVELS:
            raise Refused(400, "QueryParameterValueFormatError", "$expand")
        body = _expand(body, match["which"], levels, find)
    if "$select" in query:
        if not _SELECT.fullmatch(query["$select"]):
            raise Refused(400, "QueryParameterValueFormatError", "$select")
        body = _select(body, [path.split("/") for path in query["$select"].split(",")])
    return resource if body is resource.body else _with_body(resource, body)


def _with_body(resource: Resource, body: Body) -> Resource:
    return Resource(
        body,
        writes=resource.writes,
        actions=resource.actions,
        create=resource.create,
        remove=resource.remove,
        owner=resource.owner,
        turn=resource.turn,
    )


def _only(resource: Resource, query: dict[str, str], find: Find) -> Resource:
    """The one member of a collection of one, when `only` asks for it."""
    if "only" not in query:
        return resource
    if query["only"] or len(query) > 1:
        raise Refused(400, "QueryParameterValueFormatError", "only")
    members = resource.body.get("Members")
    if not isinstance(members, list):
        raise Refused(400, "QueryNotSupportedOnResource", "only")
    target = members[0].get("@odata.id") if len(members) == 1 and isinstance(members[0], dict) else None
    return (find(str(target)) if target else None) or resource


def _page(resource: Resource, query: dict[str, str]) -> Body:
    """The members that `$skip` and `$top` ask for, with the link to the next ones."""
    if "$top" not in query and "$skip" not in query:
        return resource.body
    members = resource.body.get("Members")
    if not isinstance(members, list):
        raise Refused(400, "QueryNotSupportedOnResource", "$top" if "$top" in query else "$skip")
    for key in ("$top", "$skip"):
        if not _NUMBER.fullmatch(query.get(key, "0")):
            raise Refused(400, "QueryParameterValueFormatError", key)
    first = int(query.get("$skip", "0"))
    top = int(query["$top"]) if "$top" in query else len(members)
    body = {**resource.body, "Members": members[first : first + top]}
    if first + top < len(members) and top:
        body["Members@odata.nextLink"] = f"{resource.body['@odata.id']}?$skip={first + top}&$top={top}"
    return body


def _expand(body: Body, which: str, levels: int, find: Find) -> Body:
    """Put resources in place of the links to them: `.` all but Links, `~` Links alone, `*` both."""
    expanded: Body = {}
    for key, value in body.items():
        wanted = which == "*" or (key == "Links") == (which == "~")
        expanded[key] = _replace(value, which, levels, find) if wanted else value
    return expanded


def _replace(value: Value, which: str, levels: int, find: Find) -> Value:
    if isinstance(value, list):
        return [_replace(each, which, levels, find) for each in value]
    if not isinstance(value, dict):
        return value
    target = value.get("@odata.id")
    if len(value) == 1 and isinstance(target, str):
        found = find(target)
        if found is None:
            return value
        return _expand(found.body, which, levels - 1, find) if levels > 1 else found.body
    return {key: _replace(each, which, levels, find) for key, each in value.items()}


def _select(body: Body, paths: list[list[str]]) -> Body:
    """The properties asked for, and those that say what they belong to. A collection's are its members'."""
    members = body.get("Members")
    if isinstance(members, list) and any(isinstance(member, dict) and len(member) > 1 for member in members):
        chosen: list[Value] = [_chosen(member, paths) if isinstance(member, dict) else member for member in members]
        return {**body, "Members": chosen}
    return _chosen(body, paths)


def _chosen(body: Body, paths: list[list[str]]) -> Body:
    kept: Body = {key: value for key, value in body.items() if key in _ALWAYS or key.startswith("Members@")}
    for first, *rest in paths:
        value = body.get(first)
        if first not in body:
            continue
        if rest and isinstance(value, dict):
            inner = _chosen(value, [rest])
            before = kept.get(first)
            kept[first] = {**before, **inner} if isinstance(before, dict) else inner
        elif not rest:
            kept[first] = value
    return kept
