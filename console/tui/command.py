"""The `:` line: what a word may mean, what may follow it, and how a line is completed. Pure of any screen."""

from collections.abc import Mapping
from difflib import get_close_matches

from msgspec import Struct

MOST_OFFERS = 40


class CommandError(Exception):
    """A line that is no command: one line that says which word, and what it could have been."""


class Word(Struct, frozen=True, kw_only=True):
    """A command. `takes` is what follows: `pod`, `node`, `nodes` (a node set), `job`, `column`, `filter`, or nothing.

    `more` says that free text may come after it (a reason).
    """

    name: str
    help: str
    takes: str = ""
    more: bool = False
    needed: bool = False


class Command(Struct, frozen=True):
    """A line that was understood. `rest` is what follows the word; of it `first` the first word, `text` the others."""

    word: Word
    rest: str = ""

    @property
    def first(self) -> str:
        """The target of a verb."""
        return self.rest.partition(" ")[0]

    @property
    def text(self) -> str:
        """The reason of a verb."""
        return self.rest.partition(" ")[2].strip()


class Known(Struct, frozen=True, kw_only=True):
    """What can be named here and now. `values` are names by what takes them: `pod`, `node`, `column`."""

    words: Mapping[str, Word]
    values: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, str] = {}


def read(line: str, known: Known) -> Command:
    """The command of a line. Its word may be shortened while that means one thing only; a node's name stands alone.

    Raises CommandError.
    """
    name, _, rest = line.strip().partition(" ")
    if name in known.aliases:
        name, _, more = known.aliases[name].partition(" ")
        rest = f"{more} {rest}".strip()
    rest = rest.strip()
    word = known.words.get(name) or _short(name, known)
    if word is None:
        jump = next((kind for kind in ("node", "job", "pod") if name in known.values.get(kind, ())), None)
        if jump is None or rest:
            raise CommandError(f"no command {name!r}{_near(name, known)}")
        return Command(known.words[jump], name)
    if word.needed and not rest:
        raise CommandError(f"{word.name} what? It takes a {word.takes}")
    if rest and not word.takes and not word.more:
        raise CommandError(f"{word.name} takes nothing after it")
    if word.takes in ("pod", "column") and rest:
        _check(word, rest.partition(" ")[0], known.values.get(word.takes, ()))
    return Command(word, rest)


def offers(line: str, known: Known) -> tuple[str, ...]:
    """Whole lines that this one could become, in order; at most forty."""
    name, blank, rest = line.lstrip().partition(" ")
    if not blank:
        names = [*known.words, *known.aliases]
        jumps = known.values.get("node", ()) if name else ()
        return tuple(one for one in [*names, *jumps] if one.startswith(name))[:MOST_OFFERS]
    word = known.words.get(name) or _short(name, known)
    if word is None or not word.takes:
        return ()
    if word.takes == "filter":
        return _fields(f"{name} ", rest, known)
    if " " in rest:
        return ()
    return _values(f"{name} ", rest, known.values.get(word.takes, ()), many=word.takes == "nodes")


def filter_offers(line: str, known: Known) -> tuple[str, ...]:
    """The same for a filter: field names where one begins."""
    return _fields("", line, known)


def _values(before: str, typed: str, values: tuple[str, ...], *, many: bool) -> tuple[str, ...]:
    """Names for the last of a list where a list may stand."""
    head, comma, last = typed.rpartition(",") if many else ("", "", typed)
    return tuple(f"{before}{head}{comma}{value}" for value in values if value.startswith(last))[:MOST_OFFERS]


def _fields(before: str, typed: str, known: Known) -> tuple[str, ...]:
    """Field names for the word at the end, where it is the beginning of one."""
    at = max((typed.rfind(sign) for sign in " &|(!"), default=-1) + 1
    head, last = typed[:at], typed[at:]
    if not last:
        return ()
    fields = known.values.get("field", ())
    return tuple(f"{before}{head}{field}" for field in fields if field.startswith(last.lower()))[:MOST_OFFERS]


def _short(name: str, known: Known) -> Word | None:
    found = [word for key, word in known.words.items() if key.startswith(name)] if name else []
    return found[0] if len(found) == 1 else None


def _near(name: str, known: Known) -> str:
    several = [key for key in known.words if name and key.startswith(name)]
    if several:
        return f"; it could be {' or '.join(several)}"
    close = get_close_matches(name, [*known.words, *known.aliases, *known.values.get("node", ())], n=1)
    return f"; did you mean {close[0]}?" if close else "; tab lists them"


def _check(word: Word, value: str, values: tuple[str, ...]) -> None:
    if value in values:
        return
    close = get_close_matches(value, values, n=1)
    hint = f"; did you mean {close[0]}?" if close else f"; there is {', '.join(values[:8])}"
    raise CommandError(f"{word.name}: no {word.takes} {value!r}{hint}")
