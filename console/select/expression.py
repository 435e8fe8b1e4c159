"""A selection as a value: what was asked, before it is tried on anything. `str()` of one reads back as itself."""

import re
import warnings
from enum import StrEnum

from msgspec import Struct


class Op(StrEnum):
    """How a field is compared. `=` and `!=` take globs, `~` and `!~` a regular expression, the rest numbers."""

    EQUAL = "="
    UNEQUAL = "!="
    MATCHES = "~"
    DIFFERS = "!~"
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="

    @property
    def ordered(self) -> bool:
        """Whether it needs values that are more or less than each other."""
        return self in (Op.BELOW, Op.AT_MOST, Op.ABOVE, Op.AT_LEAST)


class Value(Struct, frozen=True):
    """What a field is compared with. Of a `quoted` one every sign stands for itself: no glob, no list, no `?`."""

    text: str
    quoted: bool = False

    def __str__(self) -> str:
        return quote(self.text) if self.quoted else self.text


class Text(Struct, frozen=True, tag=True):
    """Words to be found anywhere in what is shown of a thing, whatever the case."""

    words: str

    def __str__(self) -> str:
        return quote(self.words)


class Pattern(Struct, frozen=True, tag=True):
    """A regular expression to be found there."""

    regex: str

    def __str__(self) -> str:
        return f"~{quote(self.regex)}"


class Compare(Struct, frozen=True, tag=True):
    """A field against one of several values."""

    field: str
    op: Op
    values: tuple[Value, ...]

    def __str__(self) -> str:
        return f"{self.field}{self.op.value}{','.join(map(str, self.values))}"


class Not(Struct, frozen=True, tag=True):
    """The opposite. Of what is not known, it is not known either."""

    part: "Expression"

    def __str__(self) -> str:
        return f"!{_inner(self.part)}"


class All(Struct, frozen=True, tag=True):
    """Every part holds."""

    parts: "tuple[Expression, ...]"

    def __str__(self) -> str:
        return " & ".join(map(_inner, self.parts))


class Some(Struct, frozen=True, tag=True):
    """At least one part holds."""

    parts: "tuple[Expression, ...]"

    def __str__(self) -> str:
        return " | ".join(map(_inner, self.parts))


Expression = Text | Pattern | Compare | Not | All | Some


def compiled(regex: str) -> re.Pattern[str]:
    """The regular expression, whatever the case; `^` and `$` are a cell's ends. Raises ValueError saying why not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python may read differently one day is no news for an operator
            return re.compile(regex, re.IGNORECASE | re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"no regular expression: {getattr(error, 'msg', error)}") from None


def quote(text: str) -> str:
    """A text between quotes; those in it, and backslashes, behind a backslash."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """The expressions right under one."""
    match expression:
        case Not():
            return (expression.part,)
        case All() | Some():
            return expression.parts
    return ()


def uses_text(expression: Expression) -> bool:
    """Whether it looks at the text that is shown, and not only at fields."""
    return isinstance(expression, Text | Pattern) or any(map(uses_text, parts_of(expression)))


def fields_of(expression: Expression) -> frozenset[str]:
    """The fields it asks for."""
    own = {expression.field} if isinstance(expression, Compare) else set()
    return frozenset(own.union(*map(fields_of, parts_of(expression))))


def _inner(part: Expression) -> str:
    return f"({part})" if isinstance(part, All | Some) else str(part)
