"""Whether a path can lead anywhere in a kind of document, by its published schema. Asked where it led to nothing.

What is not there now gives nothing, and is no error; a name that no such document ever has is a slip, and said.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from console.exit import Exit
from console.headless.diagnostics import Stop
from console.headless.form import Form
from console.headless.kinds import kinds, schema
from console.headless.path import EVERY, Path

_Schema = dict[str, Any]


def refuse(form: Form, kind: str) -> None:
    """Raise Stop where the path of a form, or one of its columns, is none of a kind's. An unknown kind has any."""
    if kind not in kinds():
        return
    for path, before in ((form.path, ()), *((path, ("items", EVERY)) for _, path in form.columns)):
        if path is not None and (why := _slip(path, before, kind)):
            raise Stop(Exit.USAGE, f"-o {form.name}: {path.text}: {why}; `megapod schema {kind}` has them all")


def _slip(path: Path, before: tuple[str | int, ...], kind: str) -> str:
    whole = schema(kind)
    places = [whole]
    for step in (*before, *path.steps):
        inner = [to for one in places for to in _inside(one, step, whole)]
        if not inner:
            known = {name for one in places for name in one.get("properties", ())}
            close = get_close_matches(str(step), known, n=1)
            return f"there is no {step!r} in it{f'; did you mean {close[0]}?' if close else ''}"
        places = inner
    return ""


def _inside(place: _Schema, step: str | int, whole: _Schema) -> Iterator[_Schema]:
    """The schemas of what a step may lead to, references followed."""
    if not place.keys() - {"description", "title", "default"}:
        yield {}  # anything may be there
        return
    found: list[_Schema] = []
    if isinstance(step, int) or step == EVERY:
        found += [place["items"]] if isinstance(place.get("items"), dict) else []
        found += place.get("prefixItems", [])
    if isinstance(step, str):
        inner: _Schema = place.get("properties", {})
        found += inner.values() if step == EVERY else [inner[step]] if step in inner else []
        rest = place.get("additionalProperties")
        found += [rest] if isinstance(rest, dict) else []
    for one in found:
        yield from _plain(one, whole)


def _plain(place: _Schema, whole: _Schema) -> Iterator[_Schema]:
    if "$ref" in place:
        yield from _plain(whole["$defs"][place["$ref"].rpartition("/")[2]], whole)
    elif "anyOf" in place:
        for one in place["anyOf"]:
            yield from _plain(one, whole)
    else:
        yield place
