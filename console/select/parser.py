"""Reads a selection. Errors name the column and the nearest thing that would have been right.

    one    = term [[&] term]… [| …]        words beside each other must both be true; & binds before |
    term   = !term | (one) | FIELD OP VALUE[,VALUE]… | ~REGEX | words
    OP     = = != ~ !~ < <= > >=

A run of bare words is one text, as typed. A value is a word, or stands between quotes.
"""

import re

from console.select.error import SelectError
from console.select.expression import All, Compare, Expression, Not, Op, Pattern, Some, Text, Value, compiled

_ENDS = frozenset("&|()!=<>~")
_QUOTES = frozenset("\"'")
_OP = re.compile(r"!=|!~|<=|>=|==|[=~<>]")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9._-]*(?=\s*(?:!=|!~|[=~<>]))")
_DEEPEST = 50
"""So many brackets and `!` inside each other: more is a mistake, and would overflow Python's own stack."""


class Reader:
    """One text, read from the left. `placed` tells where each comparison stands, for errors found later."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self.placed: list[tuple[int, int, Compare]] = []

    def whole(self) -> Expression:
        """The expression. Raises SelectError where it is none, or where something is left over."""
        self._blanks()
        if self._at == len(self._text):
            raise SelectError(1, "nothing is asked for; write FIELD=VALUE, as in state=drain")
        found = self._some()
        if self._at < len(self._text):
            raise SelectError(self._at + 1, "this ) closes nothing")
        return found

    def _some(self) -> Expression:
        parts = [self._all()]
        while self._take("|"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _all(self) -> Expression:
        parts = [self._term()]
        while self._at < len(self._text) and self._peek() not in "|)":
            self._take("&")
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _term(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise SelectError(self._at + 1, "too many brackets inside each other")
        try:
            return self._one()
        finally:
            self._depth -= 1

    def _one(self) -> Expression:
        start = self._at
        if self._take("!"):
            return Not(self._term())
        if self._take("("):
            inside = self._some()
            if not self._take(")"):
                raise SelectError(start + 1, "this ( is not closed")
            return inside
        if self._take("~"):
            return Pattern(self._regex(start))
        field = _FIELD.match(self._text, self._at)
        if field is not None:
            return self._comparison(field[0])
        if self._peek() in _QUOTES:
            return self._quoted_text()
        return self._words()

    def _comparison(self, field: str) -> Compare:
        start = self._at
        self._at += len(field)
        self._blanks()
        sign = _OP.match(self._text, self._at)
        if sign is None:  # pragma: no cover - the field's own pattern looks ahead for it
            raise SelectError(self._at + 1, "= != ~ < > is missing")
        self._at = sign.end()
        op = Op("=" if sign[0] == "==" else sign[0])
        self._blanks()
        at = self._at
        if op in (Op.MATCHES, Op.DIFFERS):
            values: tuple[Value, ...] = (Value(self._regex(at), quoted=True),)
        else:
            values = self._values(field)
        found = Compare(field, op, values)
        self.placed.append((start, at, found))
        return found

    def _values(self, field: str) -> tuple[Value, ...]:
        values = [self._value(field)]
        while self._peek() == ",":
            self._at += 1
            self._blanks()
            values.append(self._value(field))
        self._blanks()
        return tuple(values)

    def _value(self, field: str) -> Value:
        if self._peek() in _QUOTES:
            return Value(self._quoted(), quoted=True)
        start, inside = self._at, 0
        while self._at < len(self._text):
            sign = self._text[self._at]
            inside += (sign == "[") - (sign == "]")
            if sign.isspace() or sign in _ENDS or (sign == "," and inside <= 0):
                break
            self._at += 1
        if self._at == start:
            raise SelectError(start + 1, f'{field} is compared with nothing; empty is {field}=""')
        return Value(self._text[start : self._at])

    def _regex(self, at: int) -> str:
        """Up to a blank, or to a sign of ours that stands in no bracket of the expression's own."""
        if self._peek() in _QUOTES:
            found = self._quoted()
        else:
            start = self._at
            self._skip_regex()
            found = self._text[start : self._at]
        if not found:
            raise SelectError(at + 1, "a regular expression is missing after ~")
        try:
            compiled(found)
        except ValueError as error:
            raise SelectError(at + 1, str(error)) from None
        self._blanks()
        return found

    def _skip_regex(self) -> None:
        round_, square = 0, False
        while self._at < len(self._text):
            sign = self._text[self._at]
            if sign.isspace() or (not square and not round_ and sign in "&|)"):
                return
            if sign == "\\":
                self._at += 1
            elif sign == "[":
                square = True
            elif sign == "]":
                square = False
            elif not square:
                round_ += (sign == "(") - (sign == ")")
            self._at += 1
        self._at = min(self._at, len(self._text))

    def _quoted_text(self) -> Text:
        words = self._quoted()
        self._blanks()
        return Text(words)

    def _quoted(self) -> str:
        start, mark = self._at, self._text[self._at]
        found = []
        self._at += 1
        while self._at < len(self._text):
            sign = self._text[self._at]
            if sign == "\\" and self._at + 1 < len(self._text):
                self._at += 1
                found.append(self._text[self._at])
            elif sign == mark:
                self._at += 1
                return "".join(found)
            else:
                found.append(sign)
            self._at += 1
        raise SelectError(start + 1, f"this {mark} is not closed")

    def _words(self) -> Text:
        """Words up to a sign of ours, or to a word that begins a comparison."""
        start = end = self._at
        while self._at < len(self._text) and self._text[self._at] not in _ENDS:
            if self._at > start and (_FIELD.match(self._text, self._at) or self._peek() in _QUOTES):
                break
            while self._at < len(self._text) and not (self._text[self._at].isspace() or self._text[self._at] in _ENDS):
                self._at += 1
            end = self._at
            self._blanks()
        if end == start:
            sign = self._text[start : start + 1]
            raise SelectError(start + 1, f"something is missing before {sign}" if sign else "something is missing here")
        return Text(" ".join(self._text[start:end].split()))

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else "\0"

    def _take(self, sign: str) -> bool:
        if self._peek() != sign:
            return False
        self._at += 1
        self._blanks()
        return True

    def _blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
