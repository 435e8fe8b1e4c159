"""JSON as lines of styled runs: whole and indented, or only what matches, each with its path."""

from collections.abc import Iterator

from msgspec import json

from backends.clean import clean

Runs = tuple[tuple[str, str], ...]
_MOST_CHARS = 2_000
_INLINE = 60
"""A list of plain values that is no longer than this stands on one line."""


def whole(value: object) -> list[Runs]:
    """A value, two blanks a level: what `jq .` prints."""
    return list(_lines(value, "", (), ""))


def matching(value: object, text: str) -> list[Runs]:
    """The leaves whose path or value has the text in it, one a line: `Status.Health = "OK"`."""
    wanted = text.casefold()
    return [
        ((path, "label"), (" = ", "muted"), (said, style))
        for path, said, style in _leaves(value, "")
        if wanted in f"{path} = {said}".casefold()
    ]


def _lines(value: object, indent: str, before: Runs, after: str) -> Iterator[Runs]:
    pairs = _pairs(value)
    short = _inline(value)
    if short or not pairs:
        said, style = (short, "ok") if short else _leaf(value)
        yield (*before, (said, style), (after, "muted"))
        return
    named = isinstance(value, dict)
    yield (*before, ("{" if named else "[", "muted"))
    deeper = f"{indent}  "
    for at, (key, each) in enumerate(pairs):
        head: Runs = ((deeper, ""), (_text(key), "title"), (": ", "muted")) if named else ((deeper, ""),)
        yield from _lines(each, deeper, head, "," if at < len(pairs) - 1 else "")
    yield ((indent, ""), (("}" if named else "]") + after, "muted"))


def _leaves(value: object, path: str) -> Iterator[tuple[str, str, str]]:
    pairs = _pairs(value)
    if not pairs:
        said, style = _leaf(value)
        yield path, said, style
    for key, each in pairs:
        at = f"{path}[{key}]" if isinstance(value, list | tuple) else f"{path}.{key}" if path else clean(key)
        yield from _leaves(each, at)


def _pairs(value: object) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [(clean(str(key)), each) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return [(str(index), each) for index, each in enumerate(value)]
    return []


def _inline(value: object) -> str:
    """A short list of plain values as one text; empty for all else."""
    if not isinstance(value, list | tuple) or not value or any(_pairs(each) for each in value):
        return ""
    text = f"[{', '.join(_leaf(each)[0] for each in value)}]"
    return text if len(text) <= _INLINE else ""


def _leaf(value: object) -> tuple[str, str]:
    match value:
        case str():
            return _text(value), "ok"
        case bool() | None:
            return json.encode(value).decode(), "accent"
        case dict() | list() | tuple():
            return ("{}" if isinstance(value, dict) else "[]"), "muted"
    return json.encode(value).decode(), "warning"


def _text(value: str) -> str:
    """A string as JSON has it; what could act on a terminal does not."""
    return clean(json.encode(value).decode(), _MOST_CHARS)
