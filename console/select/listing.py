"""The fields of a kind, for a person: what `--select '?'` prints and the screen's help shows."""

from typing import Any

from console.select.field import Field, Kind


def listing(kind: Kind[Any]) -> list[str]:
    """One line a field: its names, what it is, and how its values are written."""
    names = [", ".join((field.name, *field.also)) for field in kind.fields]
    width = max(map(len, names))
    return [f"{name:<{width}}  {field.help}{_written(field)}" for name, field in zip(names, kind.fields, strict=True)]


def _written(field: Field[Any]) -> str:
    if field.unit is not None:
        return f" ({field.unit.name}: {field.unit.example})"
    return f" ({' < '.join(field.order)})" if field.order else ""
