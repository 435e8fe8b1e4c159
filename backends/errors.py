"""The errors adapters raise; nothing else leaves a port.

    BackendError
     ├─ Unreachable     no connection: refused, no route, name unknown, key exchange failed
     │   └─ Untrusted   reached, but its host key or certificate is not the one we know
     ├─ AuthFailed      reached, and it does not accept who we are
     ├─ TimedOut        no answer within the deadline
     ├─ Rejected        understood and refused (wrong state, no permission for this call)
     ├─ Conflict        somebody else changed it first
     ├─ NotSupported    this service cannot do that
     └─ Malformed       an answer that is not what its format promises

Each is one line a person can act on: what failed, where, and what to do about it.
"""

from backends.clean import clean

_LONGEST = 1000


class BackendError(Exception):
    """What failed, `where` (an endpoint an operator knows), and a `remedy`: each one line.

    A path that a controller gave may be part of it, so the line is cleaned once more: it is shown on terminals.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        """The whole as one line: `where: what (remedy)`."""
        line = f"{self.where}: {self.what}" if self.where else self.what
        return clean(f"{line} ({self.remedy})" if self.remedy else line, _LONGEST)


class Unreachable(BackendError):
    """No connection."""


class Untrusted(Unreachable):
    """The far side is not who we know: a changed host key, an expired or unknown certificate. Never retried."""


class AuthFailed(BackendError):
    """Our credentials are refused. Never retried by itself: servers punish repeated failures."""


class TimedOut(BackendError):
    """No answer in time. A timed-out write may still have happened: observe before anything else."""


class Rejected(BackendError):
    """The far side understood and refused."""


class Conflict(BackendError):
    """The thing changed hands: somebody else's drain, a stale ETag."""


class NotSupported(BackendError):
    """The service has no such ability."""


class Malformed(BackendError):
    """The answer cannot be read: truncated JSON, HTML where JSON was promised."""
