"""What has changed between two looks at a list: the items that came, changed and went, whatever their readings' ages.

What was told last can be kept in a file, so that a watch that was ended goes on where it was.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from console.exit import Exit
from console.headless.diagnostics import Stop
from console.headless.item import Item
from console.plain_file import put

_RESTLESS = {"observed_at": None, "took_s": 0.0, "requests": 0, "requests_last_min": 0}
"""What moves with every round though nothing has happened."""


class Change(Struct, frozen=True, kw_only=True):
    """One thing that came (`added`), `changed` or is `gone`; its item is the latest that is known, None when gone."""

    pod: str
    kind: str
    change: str
    name: str
    item: Item | None


class Told(Struct, kw_only=True):
    """What was told last: a digest of each item, by pod and name. The whole of a cursor file."""

    kind: str
    items: dict[str, dict[str, str]] = {}

    def news(self, pod: str, items: Sequence[Item], *, complete: bool) -> Iterator[Change]:
        """What is new of a pod, and count it as told. `complete`: what is not among the items is gone, not unseen."""
        before = self.items.get(pod, {})
        now = {item.label: item for item in items}
        digests = {name: _digest(item) for name, item in now.items()}
        for name, item in now.items():
            if before.get(name) != digests[name]:
                word = "changed" if name in before else "added"
                yield Change(pod=pod, kind=self.kind, change=word, name=name, item=item)
        if complete:
            for name in before.keys() - now.keys():
                yield Change(pod=pod, kind=self.kind, change="gone", name=name, item=None)
            before = {}
        self.items[pod] = {**before, **digests}


def remembered(path: Path, kind: str) -> Told:
    """What a cursor file says was told; one that is not there yet is made. Raises Stop for one of something else.

    It is made before anything is told: what cannot be remembered would be told again and again.
    """
    try:
        told = msgspec.json.decode(path.read_bytes(), type=Told)
    except FileNotFoundError:
        told = Told(kind=kind)
        remember(path, told)
        return told
    except OSError as error:
        raise Stop(Exit.USAGE, f"{path}: not a file of cursors (of {kind}): {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise Stop(Exit.USAGE, f"{path}: not a file of cursors (of {kind}): {error}") from error
    if told.kind != kind:
        raise Stop(Exit.USAGE, f"{path}: the cursor of {told.kind}, not of {kind}")
    return told


def remember(path: Path, told: Told) -> None:
    """Write the cursor, whole or not at all. Raises Stop."""
    try:
        put(path, msgspec.json.encode(told))
    except OSError as error:
        raise Stop(Exit.FAILED, f"cannot write {path}: {error.strerror}") from error


def _digest(item: Item) -> str:
    return blake2b(msgspec.json.encode(_still(item)), digest_size=9).hexdigest()


def _still(item: object) -> object:
    """The item without what is restless in it, and in what it holds."""
    if not isinstance(item, Struct):
        return item
    fields: dict[str, object] = {}
    for name in item.__struct_fields__:
        value = getattr(item, name)
        if name in _RESTLESS:
            fields[name] = _RESTLESS[name]
        elif isinstance(value, Struct):
            fields[name] = _still(value)
    return replace(item, **fields) if fields else item
