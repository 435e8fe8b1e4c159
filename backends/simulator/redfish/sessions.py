"""Sessions: made by a login, alive while used, ended by DELETE or by silence."""

import secrets
from collections.abc import Callable

from backends.simulator.redfish.resource import Action, Body, Resource, Value, Write, collection, head, uri

TIMEOUT_S = 1_800.0
_SHORTEST_S, _LONGEST_S = 30, 86_400
MOST = 64


class Session:
    """One session, with the token that opens it."""

    def __init__(self, id_: str, user: str, used_s: float) -> None:
        self.id = id_
        self.user = user
        self.token = secrets.token_hex(24)
        self.used_s = used_s

    @property
    def uri(self) -> str:
        """Its resource."""
        return uri("SessionService", "Sessions", self.id)

    def body(self) -> Body:
        """The resource's body: the user, and never the token."""
        body = head(self.uri, "Session.v1_7_1.Session", self.id, f"Session {self.id}")
        return {**body, "UserName": self.user}


class Sessions:
    """The sessions of one service. Time is the real clock's: a session outlives no client by simulated hours.

    A full table refuses the next login, as real controllers do.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._by_id: dict[str, Session] = {}
        self._count = 0
        self._timeout_s = TIMEOUT_S

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
        return Resource(session.body(), remove=lambda: self.close(id_), owner=session.user) if session else None

    def users(self) -> list[str]:
        """Whose sessions are open, the oldest first."""
        self._expire()
        return [session.user for session in self._by_id.values()]

    def close(self, id_: str) -> None:
        """End a session."""
        self._by_id.pop(id_, None)

    def close_all(self) -> None:
        """End every session."""
        self._by_id.clear()

    def collection(self, login: Action) -> Resource:
        """Every open session. A POST to it is a `login`."""
        self._expire()
        members = [session.uri for session in self._by_id.values()]
        path = uri("SessionService", "Sessions")
        return collection(path, "Session", "Session Collection", members, login)

    def service(self) -> Resource:
        """The session service."""
        body = head(uri("SessionService"), "SessionService.v1_1_9.SessionService", "SessionService", "Session Service")
        body["ServiceEnabled"] = True
        body["SessionTimeout"] = int(self._timeout_s)
        body["Status"] = {"State": "Enabled", "Health": "OK"}
        body["Sessions"] = {"@odata.id": uri("SessionService", "Sessions")}

        def timeout(value: Value) -> None:
            self._timeout_s = float(str(value))

        fits = Write(fits=lambda value: type(value) is int and _SHORTEST_S <= value <= _LONGEST_S, apply=timeout)
        return Resource(body, writes={"SessionTimeout": fits})

    def _expire(self) -> None:
        limit_s = self._monotonic() - self._timeout_s
        self._by_id = {id_: session for id_, session in self._by_id.items() if session.used_s >= limit_s}
