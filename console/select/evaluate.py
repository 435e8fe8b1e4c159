"""Tries a selection on things. Three answers: yes, no, and None: it rests on something nobody has said.

Pure, and compiled once: `predicate` makes one function of the whole expression, for 100,000 rows ask it.
"""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches

from console.select.error import SelectError
from console.select.expression import All, Compare, Expression, Not, Op, Pattern, Some, Text, Value, compiled
from console.select.field import Around, Field, Kind, Reading, Thing
from console.select.parser import Reader

Answer = bool | None
Predicate = Callable[[Thing, Around, str], Answer]
"""A thing, its pod, and the text that is shown of it in lower case (only looked at where `uses_text`)."""

_Reads = Callable[[Reading], Answer]


def parse(text: str, kind: Kind[Thing]) -> Expression:
    """The selection, fields by their own names. Raises SelectError, with the column, for what cannot be asked."""
    reader = Reader(text)
    found = reader.whole()
    for field_at, value_at, one in reader.placed:
        field = kind.get(one.field)
        if field is None:
            raise SelectError(field_at + 1, f"no field {one.field!r}{kind.nearest(one.field)}")
        try:
            _comparison(field, one)
        except ValueError as error:
            raise SelectError(value_at + 1, str(error)) from None
    return _named(found, kind)


def predicate(expression: Expression, kind: Kind[Thing]) -> Predicate[Thing]:
    """The expression as one function. It must have been parsed for this kind."""
    match expression:
        case Text():
            wanted = expression.words.casefold()
            return lambda _thing, _around, text: wanted in text
        case Pattern():
            found = compiled(expression.regex).search
            return lambda _thing, _around, text: found(text) is not None
        case Not():
            part = predicate(expression.part, kind)
            return lambda thing, around, text: _not(part(thing, around, text))
        case All():
            return _every([predicate(one, kind) for one in expression.parts])
        case Some():
            return _any([predicate(one, kind) for one in expression.parts])
        case Compare():
            field = kind.get(expression.field)
            if field is None:
                raise SelectError(1, f"no field {expression.field!r}{kind.nearest(expression.field)}")
            read, holds = field.read, _comparison(field, expression)
            return lambda thing, around, _text: holds(read(thing, around))


def _named(expression: Expression, kind: Kind[Thing]) -> Expression:
    """The same with every field by its own name."""
    match expression:
        case Compare():
            field = kind.get(expression.field)
            return expression if field is None else Compare(field.name, expression.op, expression.values)
        case Not():
            return Not(_named(expression.part, kind))
        case All():
            return All(tuple(_named(one, kind) for one in expression.parts))
        case Some():
            return Some(tuple(_named(one, kind) for one in expression.parts))
    return expression


def _not(answer: Answer) -> Answer:
    return None if answer is None else not answer


def _every(parts: list[Predicate[Thing]]) -> Predicate[Thing]:
    def holds(thing: Thing, around: Around, text: str) -> Answer:
        answer: Answer = True
        for part in parts:
            one = part(thing, around, text)
            if one is False:
                return False
            if one is None:
                answer = None
        return answer

    return holds


def _any(parts: list[Predicate[Thing]]) -> Predicate[Thing]:
    def holds(thing: Thing, around: Around, text: str) -> Answer:
        answer: Answer = False
        for part in parts:
            one = part(thing, around, text)
            if one:
                return True
            if one is None:
                answer = None
        return answer

    return holds


def _comparison(field: Field[Thing], asked: Compare) -> _Reads:
    """The test of a field's reading. Raises ValueError where the field cannot be compared so."""
    negated = asked.op in (Op.UNEQUAL, Op.DIFFERS)
    holds = _any_value(field, asked)
    return (lambda reading: _not(holds(reading))) if negated else holds


def _any_value(field: Field[Thing], asked: Compare) -> _Reads:
    if asked.op.ordered and len(asked.values) > 1:
        raise ValueError(f"{asked.op.value} takes one value, not a list")
    tests = [_one_value(field, asked.op, value) for value in asked.values]
    if len(tests) == 1:
        return tests[0]

    def holds(reading: Reading) -> Answer:
        answers = [test(reading) for test in tests]
        return True if True in answers else None if None in answers else False

    return holds


def _one_value(field: Field[Thing], op: Op, value: Value) -> _Reads:
    if value.text == "?" and not value.quoted and not op.ordered:
        return lambda reading: None in reading
    if op in (Op.MATCHES, Op.DIFFERS):
        if field.unit is not None:
            raise ValueError(f"{field.name} is a number; compare it with = != < <= > >=")
        found = compiled(value.text).search
        return _of_texts(lambda text: found(text) is not None)
    if field.unit is not None:
        return _highest(op, field.unit.number(value.text))
    if field.order:
        return _ranked(field, op, value)
    if op.ordered:
        raise ValueError(f"{field.name} is text; compare it with = != ~ !~")
    return _of_texts(_text_test(field, value))


def _text_test(field: Field[Thing], value: Value) -> Callable[[str], bool]:
    wanted = value.text.casefold()
    if value.quoted:
        return lambda text: text == wanted
    if field.names and value.text.startswith("@"):
        raise ValueError(f"{value.text!r} is a group, and stands among NODES; here a field says it, as in rack=r1")
    if field.names and "[" in value.text:
        names = _node_set(value.text)
        return _glob(names) if "*" in wanted or "?" in wanted else lambda text: text in names
    if "*" in wanted or "?" in wanted:
        return _glob([wanted])
    if field.choices and wanted not in field.choices and not (field.free and field.free in wanted):
        raise ValueError(_no_choice(field, value.text))
    return lambda text: text == wanted


def _glob(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text is like one of them: `*` for any signs, `?` for one."""
    some = ("".join({"*": ".*", "?": "."}.get(sign) or re.escape(sign) for sign in pattern) for pattern in patterns)
    fits = re.compile("|".join(some), re.DOTALL).fullmatch
    return lambda text: fits(text) is not None


def _no_choice(field: Field[Thing], text: str) -> str:
    known = field.order or field.choices
    close = get_close_matches(text.casefold(), known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"one of {', '.join(known)}, or ? for not known"
    return f"{text!r} is no {field.name}; {hint}"


def _node_set(text: str) -> frozenset[str]:
    from console.target_error import TargetError
    from console.targets import expand  # ClusterShell (30 ms), only for those who write node sets

    try:
        return frozenset(name.casefold() for name in expand(text))
    except TargetError as error:
        raise ValueError(str(error)) from None


def _of_texts(fits: Callable[[str], bool]) -> _Reads:
    """Whether any of the texts does; of none, whether an empty one would."""

    def holds(reading: Reading) -> Answer:
        known = [one for one in reading if isinstance(one, str)]
        if any(fits(text.casefold()) for text in known):
            return True
        return None if None in reading else bool(not known and fits(""))

    return holds


def _ranked(field: Field[Thing], op: Op, value: Value) -> _Reads:
    """Words that have an order, by their places in it."""
    close = [word for word in field.order if word.startswith(value.text.casefold())]
    if not close or not value.text:
        raise ValueError(_no_choice(field, value.text))
    test = _highest(op, field.order.index(close[0]))
    places = {word: float(place) for place, word in enumerate(field.order)}

    def holds(reading: Reading) -> Answer:
        return test(tuple(places.get(one.casefold()) if isinstance(one, str) else None for one in reading))

    return holds


def _highest(op: Op, wanted: float) -> _Reads:
    """The highest of some numbers against one. What is not known may be higher than what is: then None, or enough."""

    def holds(reading: Reading) -> Answer:
        known = [one for one in reading if isinstance(one, int | float)]
        complete = len(known) == len(reading)
        if not known:
            return False if complete else None
        top = max(known)
        above = top > wanted
        if complete or above:
            return _compare(op, top, wanted)
        if op is Op.AT_LEAST and top == wanted:
            return True
        if op is Op.BELOW and top == wanted:
            return False
        return None

    return holds


def _compare(op: Op, left: float, right: float) -> bool:
    match op:
        case Op.BELOW:
            return left < right
        case Op.AT_MOST:
            return left <= right
        case Op.ABOVE:
            return left > right
        case Op.AT_LEAST:
            return left >= right
    return left == right
