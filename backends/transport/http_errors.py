"""What httpx raises, said in the ports' words: one line, what to do about it, nothing of the request's headers."""

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx

from backends.clean import clean
from backends.errors import BackendError, Malformed, TimedOut, Unreachable, Untrusted
from backends.transport.tls import WrongPin

_SHOW_PIN = (
    "see what it presents: openssl s_client -connect HOST:PORT </dev/null | openssl x509 -noout -fingerprint -sha256"
)
_BY_ERRNO = {
    errno.ECONNREFUSED: ("connection refused", "is the controller up, and is this its port?"),
    errno.EHOSTUNREACH: ("no route to the host", "is the management network reachable from here?"),
    errno.ENETUNREACH: ("no route to its network", "is the management network reachable from here?"),
    errno.ECONNRESET: ("the connection was reset", "it may be restarting"),
    errno.EPIPE: ("the connection was reset", "it may be restarting"),
}


def translate(error: httpx.HTTPError | httpx.InvalidURL, request: str, where: str, timeout_s: float) -> BackendError:
    """The port error for an httpx error. `request` is the method and path, for the reader."""
    if isinstance(error, httpx.ConnectTimeout):
        tls = ", and does it speak TLS?" if where.startswith("https:") else "?"
        return TimedOut("no connection in time", where=where, remedy=f"is its address reachable from here{tls}")
    if isinstance(error, httpx.TimeoutException):
        return late(request, where, timeout_s)
    if isinstance(error, httpx.DecodingError):
        return Malformed(f"{request}: the answer's compression is broken", where=where)
    known = next(filter(None, (_from_cause(cause, where) for cause in _causes(error))), None)
    if known is not None:
        return known
    what = clean(str(error), 120).rstrip(".") or type(error).__name__
    if isinstance(error, httpx.NetworkError):
        what = "the connection was lost"
    elif isinstance(error, httpx.RemoteProtocolError):
        what = f"the answer broke off ({what})"
    return Unreachable(f"{request}: {what}", where=where, remedy="it may be restarting")


def late(request: str, where: str, timeout_s: float) -> TimedOut:
    """No answer within the time given to one request."""
    return TimedOut(
        f"{request}: no answer in {timeout_s:g} s", where=where, remedy="it may be overloaded or restarting"
    )


def _from_cause(cause: BaseException, where: str) -> BackendError | None:
    if isinstance(cause, WrongPin):
        return Untrusted(
            f"its certificate is not the pinned one; it presents SHA-256 {cause.presented}",
            where=where,
            remedy="if the certificate was replaced on purpose, set fingerprint to that; if not, do not connect",
        )
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _distrusted(clean(str(cause.verify_message), 160).rstrip("."), where)
    if isinstance(cause, ssl.SSLError):
        reason = clean(str(cause.reason or cause), 80).lower().replace("_", " ")
        return Unreachable(f"TLS failed: {reason}", where=where, remedy="does this port speak HTTPS?")
    if isinstance(cause, socket.gaierror):
        return Unreachable("its name is not known", where=where, remedy="check the url's host, or DNS")
    if isinstance(cause, OSError) and cause.errno in _BY_ERRNO:
        what, remedy = _BY_ERRNO[cause.errno]
        return Unreachable(what, where=where, remedy=remedy)
    return None


def _distrusted(reason: str, where: str) -> Untrusted:
    if "expired" in reason:
        remedy = "renew it on the controller, or pin it with fingerprint"
    elif "not yet valid" in reason:
        remedy = "check the clocks, here and on the controller, or pin it with fingerprint"
    elif "mismatch" in reason.lower():
        remedy = "use the name in the certificate as the url's host, or pin it with fingerprint"
    else:
        remedy = f"set ca_file to its authority, or pin it with fingerprint; {_SHOW_PIN}"
    return Untrusted(f"its certificate is not trusted: {reason}", where=where, remedy=remedy)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from, and the members of groups on the way (happy eyeballs raises one)."""
    seen: set[int] = set()
    queue: list[BaseException] = [error]
    while queue:
        current = queue.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            queue.extend(current.exceptions)
        queue.extend(link for link in (current.__cause__, current.__context__) if link is not None)
