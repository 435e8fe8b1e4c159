"""Who we are to a Redfish service: one session, shared by all readers, given back at the end.

Controllers keep a handful of sessions (8 are common) and lock their owner out when these leak, so a session is opened
once, used by everyone, opened again only when the service has forgotten it, and deleted on every way out. Accounts
are locked after a few refused passwords, so a refusal is remembered and not repeated for a while.
"""

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable

import msgspec

from backends.errors import AuthFailed, BackendError, Malformed, Unreachable
from backends.model.secret import Secret
from backends.redfish.decode import decode
from backends.redfish.messages import refusal
from backends.redfish.paths import ServicePaths
from backends.redfish.schema import Link, ServiceRoot, SessionService
from backends.transport.http import Answer, HttpClient

REFUSED_FOR_S = 60.0
_CLOSE_TIMEOUT_S = 5.0
_CHECK = "check user and password"
_NO_SESSIONS = frozenset({404, 405, 501})


class Session:
    """The headers that prove who we are, and the session behind them. `auth`: `session`, `basic` or `none`.

    Opening is one shared task: readers that come together wait for the same one, and a reader that is cancelled
    while it waits does not orphan a session the service has just made.
    """

    def __init__(
        self,
        client: HttpClient,
        paths: ServicePaths,
        user: str,
        secret: Callable[[], Awaitable[Secret]],
        *,
        auth: str,
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._paths = paths
        self._user = user
        self._secret = secret
        self._auth = auth if user else "none"
        self._clock = clock
        self._headers: dict[str, str] = {}
        self._location = ""
        self._opening: asyncio.Task[dict[str, str]] | None = None
        self._refusal: AuthFailed | None = None
        self._refused_at = 0.0
        self._renewed_at = -REFUSED_FOR_S
        self._lost = ""
        self._closed = False

    async def headers(self, root: Callable[[], Awaitable[ServiceRoot]]) -> dict[str, str]:
        """The headers for a request, after opening a session where one is needed."""
        if self._auth == "none" or self._headers:
            return self._headers
        if self._closed:
            raise Unreachable("the session was closed by us", where=self._client.where)
        if self._refusal is not None and self._clock() - self._refused_at < REFUSED_FOR_S:
            raise self._refusal
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open(root))
            self._opening.add_done_callback(self._opened)
        return await asyncio.shield(self._opening)

    def forgotten(self, headers: dict[str, str]) -> bool:
        """Told that a 401 answered `headers`. True when one more try with new headers is worth it.

        Only the first of several readers with the same token drops it; the others find the new one. A restarting
        controller may answer 401 to good tokens for ten minutes: a session is then renewed once a minute, no more.
        """
        if headers is not self._headers:
            return True
        if self._auth == "basic":
            self._refused(AuthFailed("the password is refused", where=self._client.where, remedy=_CHECK))
        if self._auth != "session" or self._clock() - self._renewed_at < REFUSED_FOR_S:
            return False
        self._renewed_at = self._clock()
        self._headers, self._location, self._lost = {}, "", self._location
        return True

    async def close(self) -> None:
        """Delete the session. Waits for one that is just being opened; never raises for the service's sake."""
        closing = asyncio.ensure_future(self._close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await closing
            raise

    async def _close(self) -> None:
        self._closed = True
        if self._opening is not None:
            await asyncio.wait({self._opening})
        location, headers = self._location, self._headers
        self._headers, self._location = {}, ""
        await self._delete(location, headers)

    async def _delete(self, location: str, headers: dict[str, str]) -> None:
        if location:
            with contextlib.suppress(BackendError):
                await self._client.send("DELETE", location, headers=headers, timeout_s=_CLOSE_TIMEOUT_S)

    def _opened(self, task: asyncio.Task[dict[str, str]]) -> None:
        self._opening = None
        if not task.cancelled():
            task.exception()  # seen: each waiter got it as well, and there may be none left

    def _refused(self, error: AuthFailed) -> None:
        self._headers = {}
        self._refusal, self._refused_at = error, self._clock()

    async def _open(self, root: Callable[[], Awaitable[ServiceRoot]]) -> dict[str, str]:
        secret = await self._secret()
        if self._auth == "session":
            sessions = await self._sessions(await root())
            if sessions:
                answer = await self._client.send("POST", sessions, body=_credentials(self._user, secret), headers=_JSON)
                if answer.status not in _NO_SESSIONS:
                    headers = self._accepted(answer, sessions)
                    # A token refused by mistake left its session behind: it takes one of the few places there are.
                    lost, self._lost = self._lost, ""
                    await self._delete(lost, headers)
                    return headers
            self._auth = "basic"
        self._headers = _basic(self._user, secret)
        return self._headers

    def _accepted(self, answer: Answer, sessions: str) -> dict[str, str]:
        if not 200 <= answer.status < 300:
            error = refusal(answer, "opening a session", self._client.where)
            if isinstance(error, AuthFailed):
                error.remedy = f'{_CHECK}; a service that wants Basic needs auth = "basic"'
                self._refused(error)
            raise error
        token = answer.headers.get("x-auth-token", "")
        location = answer.headers.get("location", "") or _own_path(answer)
        if not token:
            raise Malformed(
                f"POST {sessions}: a session without a token", where=self._client.where, remedy='try auth = "basic"'
            )
        self._refusal = None
        self._location = self._paths.of(location) if location else ""
        self._headers = {"X-Auth-Token": token}
        return self._headers

    async def _sessions(self, root: ServiceRoot) -> str:
        """Where sessions are made, by links; empty when the service has none."""
        if root.links is not None and root.links.sessions is not None and root.links.sessions.path:
            return self._paths.of(root.links.sessions.path)
        if root.session_service is None or not root.session_service.path:
            return ""
        answer = await self._client.get(self._paths.of(root.session_service.path))
        with contextlib.suppress(msgspec.MsgspecError):
            found = decode(answer.body, SessionService).sessions if answer.status == 200 else None
            return self._paths.of(found.path) if found is not None and found.path else ""
        return ""


_JSON = {"Content-Type": "application/json"}


def _credentials(user: str, secret: Secret) -> bytes:
    return msgspec.json.encode({"UserName": user, "Password": secret.reveal()})


def _basic(user: str, secret: Secret) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret.reveal()}".encode()).decode()}


def _own_path(answer: Answer) -> str:
    try:
        return decode(answer.body, Link).path or ""
    except msgspec.MsgspecError:
        return ""
