"""What a refusing service says, as the one line a person reads."""

from collections import defaultdict

import msgspec

from backends.clean import clean
from backends.errors import AuthFailed, BackendError, Conflict, Malformed, NotSupported, Rejected, Unreachable
from backends.redfish.decode import decode
from backends.redfish.quirks import not_ready
from backends.redfish.schema import RedfishError
from backends.transport.http import Answer

_LINE = 200

_Meaning = tuple[type[BackendError], str]
_BUSY: _Meaning = (Unreachable, "it is busy or restarting")
_MEANING: dict[int, _Meaning] = {
    401: (AuthFailed, "check user and password"),
    403: (Rejected, "the account's role may not do this"),
    404: (NotSupported, ""),
    405: (NotSupported, ""),
    409: (Conflict, "observe again"),
    410: (NotSupported, ""),
    412: (Conflict, "observe again"),
    429: _BUSY,
    501: (NotSupported, ""),
    502: _BUSY,
    503: _BUSY,
    504: _BUSY,
}
_OTHER: _Meaning = (Malformed, "is this the address of a Redfish service?")
_MEANING_OF_CLASS = defaultdict(lambda: _OTHER, {4: (Rejected, ""), 5: (Unreachable, "its own log may say why")})


def refusal(answer: Answer, request: str, where: str) -> BackendError:
    """The port error for an answer that is no success. The service's own words are kept, cleaned and bounded."""
    kind, remedy = _MEANING.get(answer.status, _MEANING_OF_CLASS[answer.status // 100])
    if not_ready(_ids(answer.body)):
        kind, remedy = _BUSY
    return kind(f"{request}: {status_line(answer)}", where=where, remedy=remedy)


def status_line(answer: Answer) -> str:
    """`503 Service Unavailable`, and what the body adds to that."""
    line = f"{answer.status} {clean(answer.reason, 60)}".strip()
    if looks_like_html(answer):
        return f"{line}, and the body is HTML, not Redfish"
    said = _said(answer.body)
    return f"{line}: {said}" if said else line


def looks_like_html(answer: Answer) -> bool:
    """Whether a web page came where a resource was promised."""
    return "html" in answer.headers.get("content-type", "") or answer.body.lstrip()[:1] == b"<"


def _ids(body: bytes) -> tuple[str, ...]:
    """The messages' ids, which tell more than some statuses do."""
    try:
        error = decode(body, RedfishError).error if body else None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ()
    return tuple(message.message_id or "" for message in (error.extended or ())) if error else ()


def _said(body: bytes) -> str:
    if not body:
        return ""
    try:
        error = decode(body, RedfishError).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "and the body is not JSON"
    if error is None:
        return ""
    extended = [message.message or message.message_id or "" for message in error.extended or ()]
    text = next(filter(None, extended), "") or error.message or ""
    return clean(" ".join(text.split()), _LINE)
