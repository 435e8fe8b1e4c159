"""The keys as this operator wants them: those of the registry, but for what `[screen.keys]` of the config says."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from textual.binding import Binding
from textual.keys import Keys, _character_to_key

from console.actions import ACTIONS
from console.config import Config, ConfigError
from console.tui.keys import COMMON, VIEWS
from widgets.heatmap import HeatMap
from widgets.table import LineTable
from widgets.tree import LineTree

_HELD = ("ctrl", "alt", "shift")
_MODIFIED = re.compile(rf"(?:(?:{'|'.join(_HELD)})\+)+(?=.)")
_NAMED = frozenset(key.value for key in Keys if "+" not in key.value and not key.value.startswith("<"))
_SIGNS = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "plus": "+",
    "asterisk": "*",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "minus": "-",
    "apostrophe": "'",
    "semicolon": ";",
    "full_stop": ".",
}


class Keymap:
    """Key names to keys. Raises ConfigError for a name or a key that there is none of, and for a key of two things."""

    def __init__(self, config: Config) -> None:
        self._at = f"{config.path or 'the config'}: screen.keys"
        defaults: dict[str, str] = {}
        for name, keys in _defaults():  # a view may have two: its number, and a letter
            defaults[name] = f"{defaults[name]},{keys}" if name in defaults else keys
        wanted = config.screen.keys
        for name in wanted:
            if name not in defaults:
                raise ConfigError(f"{self._at}.{name}: no such key's name{_near(name, defaults)}")
        self.changed = {name: ",".join(self._keys(name, keys)) for name, keys in wanted.items()}
        """What differs, as `App.set_keymap` takes it."""
        self._all = {name: self._keys(name, keys) for name, keys in (defaults | self.changed).items()}
        self._check_clashes()

    def sign(self, name: str) -> str:
        """The first of its keys, as it is shown."""
        return sign(self._all[name][0])

    def action_at(self, key: str) -> str | None:
        """The id of the action on a key, None where there is none."""
        return next((one.id for one in ACTIONS if key in self._all[one.id]), None)

    def _keys(self, name: str, said: str) -> tuple[str, ...]:
        keys = tuple(key.strip() for key in said.split(",")) if said != "," else (said,)
        return tuple(self._key(name, key) for key in keys)

    def _key(self, name: str, said: str) -> str:
        base = _MODIFIED.sub("", said)
        if len(said) == 1:
            return _character_to_key(said)
        if base != said and (len(base) == 1 or base in _NAMED):
            return said
        if said in _NAMED or said in _SIGNS:
            return said
        last = said.rpartition("+")[2]
        close = get_close_matches(said, (*_NAMED, *(f"{held}+{last}" for held in _HELD)), n=1, cutoff=0.7)
        close = [one for one in close if one != said]
        hint = f"; did you mean {close[0]!r}?" if close else '; write "x", "ctrl+x", "f5", "slash"'
        raise ConfigError(f"{self._at}.{name}: {said!r} is no key{hint}")

    def _check_clashes(self) -> None:
        owners: dict[str, str] = dict.fromkeys(_of_panes(), "the cursor")
        for name in sorted(self._all, key=self.changed.__contains__):
            for key in self._all[name]:
                owner = owners.setdefault(key, name)
                if owner != name and name in self.changed:
                    raise ConfigError(f"{self._at}.{name}: {sign(key)!r} is the key of {owner}; take another")


def sign(key: str) -> str:
    """A key as it is written on it: `?` for `question_mark`."""
    return _SIGNS.get(key, key)


def _defaults() -> Iterable[tuple[str, str]]:
    yield from ((key.name, key.key) for key in (*VIEWS, *COMMON))
    yield from ((one.id, one.key) for one in ACTIONS)
    yield from ((one.id, one.key) for one in LineTable.BINDINGS if isinstance(one, Binding) and one.id)


def _of_panes() -> Iterable[str]:
    """Keys that move in tables, trees and maps: a pane has them before the view."""
    for pane in (LineTable, LineTree, HeatMap):
        for one in pane.BINDINGS:
            if isinstance(one, Binding) and not one.id:
                yield from one.key.split(",")


def _near(name: str, known: Mapping[str, str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(sorted(known))}"
