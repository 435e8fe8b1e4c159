"""Going on in an event stream where somebody else stopped, and knowing whether anything is missing (DSP0266, SSE).

A service is asked for what came after the event before the last one heard. It then begins with that last one, which is
the proof that nothing was lost. One that begins otherwise has forgotten it, counts anew, or sends nothing again.
"""

from collections.abc import Iterable
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from backends.model.stream import StreamPosition
from backends.ports import Hint

REPLAY_S = 3.0
"""How long a service may take to begin with what it has sent before: it has it at hand."""


class Last(Struct):
    """The last event heard: its id, and the id of the one before it."""

    id: str = ""
    before: str = ""

    def heard(self, id_: str) -> None:
        """The next one; an event without an id leaves none to go on after."""
        self.before, self.id = (self.before, id_) if id_ == self.id else (self.id, id_)

    def placed(self, hints: Iterable[Hint]) -> tuple[Hint, ...]:
        """The hints of the last event, each with its position."""
        if not self.id:
            return tuple(hints)
        return tuple(
            replace(hint, position=StreamPosition(id=self.id, before=self.before, part=part, digest=_digest(hint)))
            for part, hint in enumerate(hints)
        )


class Reopened:
    """A stream that was opened again after one that broke: services that count show what was lost between."""

    def __init__(self, last: str) -> None:
        self._last = last

    def missing(self, first: tuple[Hint, ...]) -> str:
        """Why something may be missing before the first event that is new, if so."""
        place = first[0].position
        if place is None or not (self._last.isdecimal() and place.id.isdecimal()):
            return ""
        if int(place.id) <= int(self._last):
            return f"it counts its events anew after {self._last}: what came between may be missing"
        lost = int(place.id) - int(self._last) - 1
        return f"{lost} of its events between {self._last} and {place.id} did not come" if lost else ""


class Resumption:
    """One attempt to go on after a position."""

    def __init__(self, after: StreamPosition) -> None:
        self._after = after

    @property
    def last_event_id(self) -> str:
        """What to ask for: the event before the last one heard. Services count, as a rule."""
        after = self._after
        return str(int(after.id) - 1) if after.id.isdecimal() and int(after.id) > 0 else after.before

    def begun(self, hints: tuple[Hint, ...]) -> tuple[str, tuple[Hint, ...]]:
        """The first event that came: why something may be missing before it (or nothing), and what is new of it."""
        after = self._after
        place = hints[0].position if hints else None
        if place is None or place.id != after.id:
            return f"it no longer has event {after.id}: what came next may be missing", hints
        if after.part >= len(hints) or _digest(hints[after.part]) != after.digest:
            return f"its event {after.id} is another one by now: what came between may be missing", hints
        return "", hints[after.part + 1 :]

    def silent(self) -> str:
        """Nothing came soon: why something may be missing."""
        if not self._after.id:
            return "nothing had been heard of it to go on after: what it said meanwhile may be missing"
        return "it sends nothing again that it has sent: what it said meanwhile may be missing"


def _digest(hint: Hint) -> str:
    said = "\0".join((hint.origin, hint.message_id, hint.message, str(hint.at)))
    return blake2b(said.encode(errors="replace"), digest_size=6).hexdigest()
