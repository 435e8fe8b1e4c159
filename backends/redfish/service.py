"""One Redfish service: its root, and authenticated requests on it. What an answer means is the reader's business."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec

from backends.clean import clean
from backends.errors import Malformed
from backends.redfish.decode import decode
from backends.redfish.messages import looks_like_html, refusal
from backends.redfish.paths import ServicePaths
from backends.redfish.schema import ServiceRoot
from backends.redfish.session import Session
from backends.transport.http import Answer, HttpClient
from backends.transport.http_stream import HttpStream

T = TypeVar("T", bound=msgspec.Struct)


class RedfishService:
    """Requests on one service. The root is read once, without credentials, which every service must allow."""

    def __init__(self, client: HttpClient, paths: ServicePaths, session: Session) -> None:
        self.where = client.where
        self.paths = paths
        self._client = client
        self._session = session
        self._root: ServiceRoot | None = None
        self._root_lock = asyncio.Lock()

    async def root(self, *, again: bool = False) -> ServiceRoot:
        """The service root; read from the service the first time, and when asked to read it `again`."""
        async with self._root_lock:
            if self._root is None or again:
                path = self.paths.root
                self._root = self.decoded(await self._client.get(path), path, ServiceRoot)
            return self._root

    async def fetch(self, path: str) -> Answer:
        """GET as who we are, whatever the status but 401: that one is answered by a new session, once."""
        return await self._as_ourselves(lambda headers: self._client.get(path, headers=headers))

    async def get(self, path: str, shape: type[T]) -> T:
        """A resource that must be there. Raises what its refusal or its body deserves."""
        return self.decoded(await self.fetch(path), path, shape)

    async def post(self, path: str, body: Mapping[str, object]) -> Answer:
        """POST an action. A 202 (a task monitor) is accepted like any success: the caller observes."""
        answer = await self._send("POST", path, body, {})
        if not 200 <= answer.status < 300:
            raise refusal(answer, f"POST {path}", self.where)
        return answer

    async def patch(self, path: str, body: Mapping[str, object], etag: str = "") -> Answer:
        """PATCH as who we are, if it is still the version `etag` names; whatever the status but 401."""
        return await self._send("PATCH", path, body, {"If-Match": etag} if etag else {})

    async def _send(self, method: str, path: str, body: Mapping[str, object], more: dict[str, str]) -> Answer:
        content = msgspec.json.encode(body)
        return await self._as_ourselves(
            lambda headers: self._client.send(
                method, path, body=content, headers={**headers, **more, "Content-Type": "application/json"}
            )
        )

    @contextlib.asynccontextmanager
    async def stream(self, path: str, *, headers: Mapping[str, str], silent_s: float) -> AsyncIterator[HttpStream]:
        """An event stream as who we are, whatever the status; a 401 is answered by a new session, once."""
        for again in (True, False):
            ours = await self._session.headers(self.root)
            async with self._client.stream(path, headers={**ours, **headers}, silent_s=silent_s) as stream:
                if stream.status != 401 or not (again and self._session.forgotten(ours)):
                    yield stream
                    return

    def decoded(self, answer: Answer, path: str, shape: type[T]) -> T:
        """The resource in a successful answer."""
        if not 200 <= answer.status < 300:
            raise refusal(answer, f"GET {path}", self.where)
        try:
            return decode(answer.body, shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            if looks_like_html(answer):
                what, remedy = "the answer is HTML, not Redfish", "is this the address of a Redfish service?"
            elif not answer.body:
                what, remedy = "the answer is empty", ""
            else:
                what, remedy = f"the answer is not a resource: {clean(str(error), 120)}", ""
            raise Malformed(f"GET {path}: {what}", where=self.where, remedy=remedy) from None

    async def _as_ourselves(self, request: Callable[[dict[str, str]], Awaitable[Answer]]) -> Answer:
        headers = await self._session.headers(self.root)
        answer = await request(headers)
        if answer.status == 401 and self._session.forgotten(headers):
            answer = await request(await self._session.headers(self.root))
        if answer.status == 401:
            raise refusal(answer, answer.path, self.where)
        return answer
