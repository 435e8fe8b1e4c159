"""Where a script has got to in what the controllers say: one word for each event, and a file of the last ones."""

import argparse
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import quote, unquote

from backends.model.stream import Event, StreamPosition
from console.exit import Exit
from console.headless.changes import Told, remember, remembered
from console.headless.diagnostics import Stop
from console.state.session import Pod

_KIND = "events"
_PARTS = 6
_Places = dict[tuple[str, str], StreamPosition]


def cursor(pod: str, event: Event) -> str | None:
    """`pod/source/id/part/before/digest`, opaque to scripts; None where the controller gives its events no ids."""
    place = event.position
    if place is None:
        return None
    words = (pod, event.source, place.id, str(place.part), place.before, place.digest)
    return "/".join(quote(word, safe=":@+") for word in words)


class Cursors:
    """The last cursor of each controller, and the file they are kept in, where one was asked for."""

    def __init__(self, arguments: argparse.Namespace, pods: Iterable[Pod]) -> None:
        self._path = Path(arguments.cursor) if arguments.cursor else None
        self._told = remembered(self._path, _KIND) if self._path else Told(kind=_KIND)
        known = {(pod.name, listener.source): pod for pod in pods for listener in pod.listeners}
        self.after: _Places = dict(self._kept(known))
        for text in arguments.after_cursor:
            self.after |= _read(text, known)

    def told(self, pod: str, events: Iterable[Event]) -> None:
        """Note what was printed of a pod. That something is missing is no word to go on after."""
        for event in events:
            if not event.missing:
                self._told.items.setdefault(pod, {})[event.source] = cursor(pod, event) or ""

    def keep(self, pods: Iterable[Pod]) -> None:
        """Write the file. Who was listened to and has said nothing is in it too: it cannot be gone on after."""
        for pod in pods:
            for listener in pod.listeners:
                if listener.opened:
                    self._told.items.setdefault(pod.name, {}).setdefault(listener.source, "")
        if self._path is not None:
            remember(self._path, self._told)

    def _kept(self, known: Mapping[tuple[str, str], Pod]) -> _Places:
        """What the file says of the controllers that there are. One that left the config is left in it."""
        found: _Places = {}
        for place in known:
            text = self._told.items.get(place[0], {}).get(place[1])
            if text is not None:
                found |= _read(text, known) if text else {place: StreamPosition(id="")}
        return found


def _read(text: str, known: Mapping[tuple[str, str], Pod]) -> _Places:
    """Where a cursor is. Raises Stop for one of something else."""
    words = [unquote(word) for word in text.split("/")]
    if len(words) != _PARTS or not words[2] or not words[3].isdecimal() or not text.isascii():
        raise Stop(Exit.USAGE, f"{text!r} is no cursor: it is the `cursor` of what `megapod events -o jsonl` prints")
    pod, source, id_, part, before, digest = words
    if (pod, source) not in known:
        names = [f"{each}/{one}" for each, one in known]
        close = get_close_matches(f"{pod}/{source}", names, n=1)
        near = close[0] if close else ", ".join(names)
        raise Stop(Exit.USAGE, f"{text!r}: there is no controller {pod}/{source}; did you mean {near}?")
    return {(pod, source): StreamPosition(id=id_, part=int(part), before=before, digest=digest)}
