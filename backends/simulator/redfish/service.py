"""The Redfish service over HTTP: who may read, what a request gets, and the headers DSP0266 asks for."""

import asyncio
import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backends.simulator.power import Reset
from backends.simulator.redfish.errors import error
from backends.simulator.redfish.resource import ROOT, Resource, Value
from backends.simulator.redfish.root import EXPAND_LEVELS, metadata, odata_document
from backends.simulator.redfish.sessions import Sessions
from backends.simulator.redfish.tree import Tree
from backends.simulator.world import World

USER = "operator"
_HTML_503 = """<!DOCTYPE html>
<html><head><title>503 Service Unavailable</title></head>
<body><h1>Service Unavailable</h1><p>The management controller is starting. Please try again later.</p></body></html>
"""
_OPEN = ("/redfish", ROOT, f"{ROOT}/", f"{ROOT}/odata", f"{ROOT}/$metadata")
_SESSIONS = f"{ROOT}/SessionService/Sessions"
_RESET = re.compile(rf"{ROOT}/Systems/(?P<name>[^/]+)/Actions/ComputerSystem\.Reset")
_EXPAND = re.compile(r"(?P<which>[.*~])(?:\(\$levels=(?P<levels>\d+)\))?")
_METHODS = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]


class RedfishService:
    """The service of one pod. `world` gives the pod as it is now; the password is the one of `operator`."""

    def __init__(self, world: Callable[[], World], password: str, monotonic: Callable[[], float]) -> None:
        self.sessions = Sessions(monotonic)
        self._tree = Tree(world, self.sessions)
        self._world = world
        self._password = password
        self.app = Starlette(routes=[Route("/{path:path}", self._serve, methods=_METHODS)])

    async def _serve(self, request: Request) -> Response:
        outages = self._world().outages
        if "bmc-hang" in outages:
            await asyncio.Event().wait()
        if "bmc-503" in outages:
            return Response(_HTML_503, 503, {"Retry-After": "30"}, "text/html")
        response = await self._answer(request)
        response.headers["OData-Version"] = "4.0"
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path == _SESSIONS and request.method == "POST":
            return await self._login(request)
        reading = request.method in ("GET", "HEAD")
        if not (reading and path in _OPEN) and not self._user(request):
            challenge = {"WWW-Authenticate": 'Basic realm="Redfish"'}
            return error(401, "NoValidSession", headers=challenge)
        if path in ("/redfish", f"{ROOT}/odata", f"{ROOT}/$metadata"):
            return _document(path) if reading else _not_allowed(("GET", "HEAD"))
        if match := _RESET.fullmatch(path):
            return await self._reset(request, match["name"])
        return self._resource(request)

    def _resource(self, request: Request) -> Response:
        path = request.url.path
        resource = self._tree.find(path)
        if resource is None:
            return error(404, "ResourceMissingAtURI", path)
        if request.method not in resource.methods:
            return _not_allowed(resource.methods)
        if request.method == "DELETE":
            self.sessions.close(path.rstrip("/").rpartition("/")[2])
            return Response(status_code=204)
        return self._read(request, resource)

    def _read(self, request: Request, resource: Resource) -> Response:
        body: Value = resource.body
        for key, value in request.query_params.items():
            if key == "$expand":
                match = _EXPAND.fullmatch(value)
                levels = int(match["levels"] or 1) if match else 0
                if match is None or not 1 <= levels <= EXPAND_LEVELS:
                    return error(400, "QueryParameterValueFormatError", key)
                body = self._tree.expand(resource.body, match["which"], levels)
            elif key.startswith("$"):
                return error(501, "QueryNotSupported")
        text = json.dumps(body)
        digest = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
        headers = {"ETag": f'"{digest}"', "Allow": ", ".join(resource.methods), "Link": _schema_link(resource)}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(text, 200, headers, "application/json")

    async def _login(self, request: Request) -> Response:
        asked = await _body(request)
        if asked is None:
            return error(400, "MalformedJSON")
        for key in ("UserName", "Password"):
            if not isinstance(asked.get(key), str):
                return error(400, "PropertyMissing", key)
        if not self._knows(str(asked["UserName"]), str(asked["Password"])):
            return error(401, "ResourceAtUriUnauthorized")
        session = self.sessions.open(USER)
        if session is None:
            return error(503, "SessionLimitExceeded", headers={"Retry-After": "30"})
        headers = {"X-Auth-Token": session.token, "Location": session.uri, "Cache-Control": "no-store"}
        return Response(json.dumps(session.resource().body), 201, headers, "application/json")

    async def _reset(self, request: Request, name: str) -> Response:
        world = self._world()
        node = world.nodes.get(name)
        if node is None:
            return error(404, "ResourceMissingAtURI", request.url.path)
        if request.method != "POST":
            return _not_allowed(("POST",))
        asked = await _body(request)
        if asked is None:
            return error(400, "MalformedJSON")
        if "ResetType" not in asked:
            return error(400, "ActionParameterMissing", "ResetType")
        try:
            kind = Reset(str(asked["ResetType"]))
        except ValueError:
            return error(400, "ActionParameterValueNotInList", "ResetType")
        return Response(status_code=204) if world.power.reset(node, kind) else error(409, "ResourceInStandby")

    def _user(self, request: Request) -> str:
        if token := request.headers.get("X-Auth-Token"):
            return self.sessions.user(token)
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return ""
        try:
            user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return user if self._knows(user, password) else ""

    def _knows(self, user: str, password: str) -> bool:
        right = secrets.compare_digest(password.encode(), self._password.encode())
        return right and user == USER


async def _body(request: Request) -> dict[str, object] | None:
    """The JSON object that was sent; None when it is none. No body at all is an empty object."""
    raw = await request.body()
    try:
        value = json.loads(raw) if raw else {}
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _document(path: str) -> Response:
    if path == "/redfish":
        return Response(json.dumps({"v1": f"{ROOT}/"}), media_type="application/json")
    if path.endswith("odata"):
        return Response(json.dumps(odata_document()), media_type="application/json")
    return Response(metadata(), media_type="application/xml")


def _not_allowed(methods: tuple[str, ...]) -> Response:
    return error(405, "OperationNotAllowed", headers={"Allow": ", ".join(methods)})


def _schema_link(resource: Resource) -> str:
    name = str(resource.body["@odata.type"]).lstrip("#").partition(".")[0]
    return f"<http://redfish.dmtf.org/schemas/v1/{name}.json>; rel=describedby"
