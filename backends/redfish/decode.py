"""JSON from a controller into the shapes of `schema`, losing no more than what is wrong.

Real services send null, strings for numbers, numbers for strings and half-written members. A field of the wrong type
is lost alone: the rest of the resource stays. Only an answer that is no JSON object at all is refused.
"""

import math
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
P = TypeVar("P")

_BOM = b"\xef\xbb\xbf"


def decode(body: bytes, shape: type[T]) -> T:
    """The resource in `body`. Raises ValueError (msgspec's errors are) when it is not one JSON object.

    The strict decoder answers for nearly everything and is ten times faster; the tolerant one is for what it refuses.
    """
    try:
        return parsed(body, shape)
    except msgspec.ValidationError:
        value = parsed(body, object)
    if not isinstance(value, dict):
        raise msgspec.ValidationError("not a JSON object")
    return _struct(value, shape)


def parsed(body: bytes, kind: type[P]) -> P:
    """The JSON of `body` as `kind`, strictly. Raises ValueError, also for what is nested beyond our own depth.

    A byte order mark is passed over, and of two fields of one name the last counts. A number too large for a float is
    refused with all that is around it where we read it: the parser knows no way past it.
    """
    try:
        return msgspec.json.decode(body.removeprefix(_BOM), type=kind)
    except RecursionError as error:
        raise msgspec.DecodeError("nested too deep") from error


def _struct(value: dict[str, Any], shape: type[T]) -> T:  # Any: JSON of any form, which is the point here
    hints = get_type_hints(shape)
    kept: dict[str, object] = {}
    for field in msgspec.structs.fields(shape):
        if field.encode_name in value:
            found = _value(value[field.encode_name], hints[field.name])
            if found is not None:
                kept[field.name] = found
    return shape(**kept)


def _value(value: Any, kind: Any) -> Any:  # noqa: ANN401  (JSON and a type of any form come in, either may come out)
    """The value as `kind`, None when it is not one."""
    kind = next((arm for arm in get_args(kind) if arm is not type(None)), kind) if _optional(kind) else kind
    if get_origin(kind) is list:
        return _list(value, get_args(kind)[0]) if isinstance(value, list) else None
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(value, kind) if isinstance(value, dict) else None
    if kind is str and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if kind in (int, float) and isinstance(value, bool):
        return None
    try:
        found = msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        return None
    return None if isinstance(found, float) and not math.isfinite(found) else found


def _list(value: list[Any], kind: Any) -> list[Any]:  # noqa: ANN401  (as `_value`)
    """The items that are of the kind."""
    converted = (_value(item, kind) for item in value)
    return [item for item in converted if item is not None]


def _optional(kind: Any) -> bool:  # noqa: ANN401  (a type expression)
    return type(None) in get_args(kind)
