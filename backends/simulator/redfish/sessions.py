"""Sessions: made by a login, alive while used, ended by DELETE or by silence."""

import secrets
from collections.abc import Callable

from backends.simulator.redfish.resource import Resource, collection, head, uri

TIMEOUT_S = 1_800.0
MOST = 64


class Session:
    """One session, with the token that opens it."""

    def __init__(self, id_: str, user: str, used_s: float) -> None:
        self.id = id_
        self.user = user
        self.token = secrets.token_urlsafe(24)
        self.used_s = used_s

    @property
    def uri(self) -> str:
        """Its resource."""
        return uri("SessionService", "Sessions", self.id)

    def resource(self) -> Resource:
        """The resource: the user, and never the token."""
        body = head(self.uri, "Session.v1_7_1.Session", self.id, f"Session {self.id}")
        return Resource({**body, "UserName": self.user}, ("GET", "HEAD", "DELETE"))


class Sessions:
    """The sessions of one service. Time is the real clock's: a session outlives no client by simulated hours.

    A full table refuses the next login, as real controllers do.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._by_id: dict[str, Session] = {}
        self._count = 0

    def open(self, user: str) -> Session | None:
        """A new session, None when the table is full."""
        self._expire()
        if len(self._by_id) >= MOST:
            return None
        self._count += 1
        session = Session(str(self._count), user, self._monotonic())
        self._by_id[session.id] = session
        return session

    def user(self, token: str) -> str:
        """Who a token belongs to, "" for nobody. Being used keeps a session alive."""
        self._expire()
        for session in self._by_id.values():
            if secrets.compare_digest(session.token.encode(), token.encode()):
                session.used_s = self._monotonic()
                return session.user
        return ""

    def get(self, id_: str) -> Resource | None:
        """The resource of one session."""
        self._expire()
        session = self._by_id.get(id_)
        return session.resource() if session else None

    def close(self, id_: str) -> None:
        """End a session."""
        self._by_id.pop(id_, None)

    def collection(self) -> Resource:
        """Every open session."""
        self._expire()
        members = [session.uri for session in self._by_id.values()]
        path = uri("SessionService", "Sessions")
        return collection(path, "Session", "Session Collection", members, ("POST",))

    def service(self) -> Resource:
        """The session service."""
        body = head(uri("SessionService"), "SessionService.v1_1_9.SessionService", "SessionService", "Session Service")
        body["ServiceEnabled"] = True
        body["SessionTimeout"] = int(TIMEOUT_S)
        body["Status"] = {"State": "Enabled", "Health": "OK"}
        body["Sessions"] = {"@odata.id": uri("SessionService", "Sessions")}
        return Resource(body)

    def _expire(self) -> None:
        limit_s = self._monotonic() - TIMEOUT_S
        self._by_id = {id_: session for id_, session in self._by_id.items() if session.used_s >= limit_s}
