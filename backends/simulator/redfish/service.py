"""The Redfish service over HTTP: what a request gets, and the headers DSP0266 asks for."""

import json
import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backends.simulator.redfish import query
from backends.simulator.redfish.access import Access, Caller
from backends.simulator.redfish.controller import Controller
from backends.simulator.redfish.documents import OPEN, document
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.etags import named, tag
from backends.simulator.redfish.event_service import STREAM
from backends.simulator.redfish.reach import deaf
from backends.simulator.redfish.resource import ROOT, Action, Outcome, Resource
from backends.simulator.redfish.subscriptions import DROPPED_S
from backends.simulator.redfish.system_log import boot_log
from backends.simulator.redfish.tree import Tree
from backends.simulator.redfish.update import PUSH, push_refused
from backends.simulator.redfish.writing import parameters, patch, patched, read_body
from backends.simulator.world import World

USER = "operator"
_HTML_503 = """<!DOCTYPE html>
<html><head><title>503 Service Unavailable</title></head>
<body><h1>Service Unavailable</h1><p>The management controller is starting. Please try again later.</p></body></html>
"""
_SESSIONS = tuple(f"{ROOT}/SessionService/Sessions{end}" for end in ("", "/", "/Members"))
_ACTION = re.compile(rf"(?P<owner>{ROOT}/.+)/Actions/(?P<name>\w+\.\w+)/?")
_ATTACHMENT = re.compile(rf"{ROOT}/Managers/controller/LogServices/Events/Attachments/(?P<id>\d+)")
_BOOT_LOG = re.compile(rf"{ROOT}/Systems/(?P<node>[^/]+)/LogServices/EventLog/Entries/(?P<id>boot\d+)/attachment")


class RedfishService:
    """The service of one pod. `world` gives the pod as it is now; the password is that of `operator`.

    `certificate` is the listener's, PEM; without one nothing is encrypted, and Basic authentication is refused
    (DSP0266 13.3.4).
    """

    def __init__(
        self, world: Callable[[], World], password: str, monotonic: Callable[[], float], certificate: str = ""
    ) -> None:
        self.controller = Controller(world, password, monotonic, certificate)
        self.sessions = self.controller.sessions
        self._access = Access(self.controller, basic=bool(certificate))
        self._tree = Tree(self.controller)
        self._world = world

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        request = Request(scope, receive)
        self.controller.network.port = (scope.get("server") or ("", 0))[1]
        response = await self._serve(request)
        response.headers["OData-Version"] = "4.0"
        response.headers.setdefault("Cache-Control", "no-cache")
        await response(scope, receive, send)

    def close(self) -> None:
        """End the streams, so that the listener can."""
        self.controller.subscriptions.close_all()

    async def _serve(self, request: Request) -> Response:
        outages = self._world().outages
        if "bmc-hang" in outages:
            return await _unanswered(request)
        if "bmc-503" in outages or self.controller.restart.under_way:
            return Response(_HTML_503, 503, {"Retry-After": "30"}, "text/html")
        try:
            return await self._answer(request)
        except Refused as refused:
            return refused.response()

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        caller = self._access.caller(request)
        if caller is None and not _is_open(request.method, path):
            raise Refused(401, "NoValidSession", headers={"WWW-Authenticate": 'Basic realm="Redfish"'})
        if request.headers.get("OData-Version", "4.0") != "4.0":
            raise Refused(412, "HeaderInvalid", "OData-Version")
        if path in ("/redfish", "/redfish/", f"{ROOT}/odata", f"{ROOT}/$metadata"):
            return _fixed(request)
        self._access.check_password(caller, request)
        self.controller.look()
        return await self._resource(request, caller)

    async def _resource(self, request: Request, caller: Caller | None) -> Response:
        path = request.url.path
        if deaf(self._world(), path):
            return await _unanswered(request)
        if path == PUSH:
            if request.method == "POST" and caller is not None:
                self.controller.told_of_push()
            raise push_refused(request.method)
        if path == STREAM and caller is not None:
            return self._stream(request, caller)
        if (made := self._made(path)) is not None:
            return made
        if match := _ACTION.fullmatch(path):
            return await self._act(request, caller, match["owner"], match["name"])
        resource = self._find(path.removesuffix("/Members") if request.method == "POST" else path)
        if request.method not in resource.methods:
            raise Refused(405, "OperationNotAllowed", headers={"Allow": ", ".join(resource.methods)})
        self._access.check(caller, request.method, resource)
        reading = request.method in ("GET", "HEAD")
        return self._read(request, resource) if reading else await self._write(request, resource)

    def _made(self, path: str) -> Response | None:
        """What long work has made, or how far it is."""
        monitored = self.controller.tasks.monitor(path)
        if monitored is not None:
            return _outcome(monitored)
        collected, booted = _ATTACHMENT.fullmatch(path), _BOOT_LOG.fullmatch(path)
        data = self.controller.logs.attachment(collected["id"]) if collected else None
        if booted:
            data = boot_log(self._world(), booted["node"], booted["id"])
        return None if data is None else Response(data, media_type="application/octet-stream")

    async def _write(self, request: Request, resource: Resource) -> Response:
        """A create, a change or a removal."""
        if request.method == "POST" and resource.create:
            return await self._run(request, resource.create, create=True)
        if request.method == "PATCH":
            return await self._patch(request, resource)
        _check_etag(request, resource)
        if resource.remove:
            resource.remove()
        return Response(status_code=204)

    def _find(self, path: str) -> Resource:
        resource = self._tree.find(path)
        if resource is None:
            raise Refused(404, "ResourceMissingAtURI", path)
        return resource

    def _read(self, request: Request, resource: Resource) -> Response:
        if not _takes_json(request.headers.get("Accept", "*/*")):
            raise Refused(406, "HeaderInvalid", "Accept")
        asked = query.answer(resource, request.query_params.multi_items(), self._tree.reach)
        etag = tag(asked)
        headers = {"ETag": etag, "Allow": ", ".join(resource.methods), "Link": _schema_link(asked)}
        if named(request.headers.get("If-None-Match", ""), etag):
            return Response(status_code=304, headers=headers)
        return Response(json.dumps({**asked.body, "@odata.etag": etag}), 200, headers, "application/json")

    async def _patch(self, request: Request, resource: Resource) -> Response:
        asked = await read_body(request)
        path = str(resource.body["@odata.id"])
        resource = self._find(path)  # as it is now: another write may have come while the body did
        _check_etag(request, resource)
        wrote, messages = patch(resource, asked)
        return patched(self._find(path), messages, wrote=wrote)

    async def _act(self, request: Request, caller: Caller | None, owner: str, name: str) -> Response:
        resource = self._find(owner)
        action = resource.actions.get(name)
        if action is None:
            raise Refused(404, "ResourceMissingAtURI", request.url.path)
        if request.method != "POST":
            raise Refused(405, "OperationNotAllowed", headers={"Allow": "POST"})
        self._access.check(caller, "POST", resource)
        return await self._run(request, action)

    async def _run(self, request: Request, action: Action, *, create: bool = False) -> Response:
        asked = parameters(action, await read_body(request), create=create)
        return _outcome(action.run(asked))

    def _stream(self, request: Request, caller: Caller) -> Response:
        if request.method != "GET":
            raise Refused(405, "OperationNotAllowed", headers={"Allow": "GET"})
        accept = request.headers.get("Accept", "*/*")
        if not any(each in accept for each in ("text/event-stream", "text/*", "*/*")):
            raise Refused(406, "HeaderInvalid", "Accept")
        for key in request.query_params:
            if key.startswith("$") and key != "$filter":
                raise Refused(501, "QueryParameterUnsupported", key)
        if "sse-drop" in self._world().outages:
            raise Refused(503, "ServiceTemporarilyUnavailable", str(DROPPED_S), {"Retry-After": str(DROPPED_S)})
        last, wanted = request.headers.get("Last-Event-ID", ""), request.query_params.get("$filter", "")
        return self.controller.subscriptions.open(caller.user, wanted, last)


async def _unanswered(request: Request) -> Response:
    """Nothing, until the client has given up; what is returned then reaches nobody."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response(status_code=503)


def _is_open(method: str, path: str) -> bool:
    """Whether it is for everybody: to look around, and to log in."""
    return path in (OPEN if method in ("GET", "HEAD") else _SESSIONS if method == "POST" else ())


def _fixed(request: Request) -> Response:
    if request.method not in ("GET", "HEAD"):
        raise Refused(405, "OperationNotAllowed", headers={"Allow": "GET, HEAD"})
    return document(request.url.path)


def _outcome(outcome: Outcome) -> Response:
    text = "" if outcome.body is None else json.dumps(outcome.body)
    media = None if outcome.body is None else "application/json"
    status = 200 if outcome.status == 204 and text else outcome.status
    return Response(text or None, status, outcome.headers, media)


def _check_etag(request: Request, resource: Resource) -> None:
    header = request.headers.get("If-Match")
    if header is not None and not named(header, tag(resource)):
        raise Refused(412, "PreconditionFailed")


def _takes_json(accept: str) -> bool:
    kinds = {each.partition(";")[0].strip().lower() for each in accept.split(",")}
    return bool(kinds & {"", "*/*", "application/*", "application/json"})


def _schema_link(resource: Resource) -> str:
    name = str(resource.body["@odata.type"]).lstrip("#").rpartition(".")[0]
    return f"<http://redfish.dmtf.org/schemas/v1/{name}.json>; rel=describedby"
