"""The help of one panel, made from the keys that work there now: it cannot promise one that does not."""

from collections.abc import Iterable

from textual.binding import ActiveBinding
from textual.screen import Screen

from console.actions import ACTIONS
from console.tui.keymap import sign
from console.tui.keys import COMMON, VIEWS
from widgets.dialog import Question
from widgets.dialog_body import DialogLine

_WIDTH = 24
_VIEWS_ACROSS = 5
_ACROSS = 3
"""Three entries stand on a line, so that the whole fits 80x24."""

_OWN = frozenset({"super+c", "ctrl+c", "shift+tab", "ctrl+b", "ctrl+f"})
"""Textual's own, and second names of keys that are listed."""


def question(screen: Screen[None], title: str, note: str) -> Question:
    """Every key of the screen and of its focused pane. `note` says why some actions are not among them."""
    active = [one for one in screen.active_bindings.values() if one.binding.description and one.binding.key not in _OWN]
    acts = frozenset(f"act('{action.id}')" for action in ACTIONS)
    views = frozenset(key.action for key in VIEWS)
    common = frozenset(key.action for key in COMMON)
    others = frozenset(one.binding.action for one in active) - acts - views - common
    body = [_entry("" if at else "Actions", *key) for at, key in enumerate(_keys(active, acts))]
    if note:
        there = {one.binding.action for one in active}
        missing = [action.verb for action in ACTIONS if f"act('{action.id}')" not in there]
        note = f"no {', '.join(missing)}: {note}" if 0 < len(missing) < len(ACTIONS) else note
        body.append(DialogLine(((f"{'' if body else 'Actions':<9}", "title"), (note, "warning"))))
    body += _views(_keys(active, views))
    for name, wanted in (("Everywhere", common), ("This pane", others)):
        body += [_title(name), *_columns(_keys(active, wanted))]
    return Question(title=f"keys: {title}", body=tuple(body), yes="", no="Close")


def _keys(active: Iterable[ActiveBinding], wanted: frozenset[str]) -> list[tuple[str, str]]:
    """The keys of some actions, with what they are called; keys of one name together."""
    keys: dict[str, list[str]] = {}
    for one in active:
        if one.binding.action in wanted:
            keys.setdefault(one.binding.description, []).append(sign(one.binding.key))
    return [(" ".join(signs), text) for text, signs in keys.items()]


def _title(name: str) -> DialogLine:
    return DialogLine(((name, "title"),))


def _entry(title: str, signs: str, text: str) -> DialogLine:
    return DialogLine(((f"{title:<7}  ", "title"), (f"{signs} ", "key"), (text, "text")))


def _views(keys: list[tuple[str, str]]) -> list[DialogLine]:
    lines = []
    for at in range(0, len(keys), _VIEWS_ACROSS):
        runs = [("       " if at else "Views  ", "title")]
        for signs, text in keys[at : at + _VIEWS_ACROSS]:
            runs += [("  ", ""), (f"{signs} ", "key"), (text, "text")]
        lines.append(DialogLine(tuple(runs)))
    return lines


def _columns(keys: list[tuple[str, str]]) -> list[DialogLine]:
    lines = []
    for at in range(0, len(keys), _ACROSS):
        runs: list[tuple[str, str]] = []
        for signs, text in keys[at : at + _ACROSS]:
            sign = f"  {signs:<7} "
            runs += [(sign, "key"), (f"{text:<{_WIDTH - len(sign)}}", "text")]
        lines.append(DialogLine((*runs[:-1], (runs[-1][0].rstrip(), "text"))))
    return lines
