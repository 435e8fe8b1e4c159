"""The help of one panel, made from the keys that work there now: it cannot promise one that does not."""

from collections.abc import Iterable

from textual.binding import ActiveBinding
from textual.screen import Screen

from console.actions import ACTIONS
from console.tui.keymap import sign
from console.tui.keys import COMMON, VIEWS
from widgets.dialog import Question
from widgets.dialog_body import DialogLine

_WIDTH, _OWN_WIDTH, _VIEW_WIDTH = 24, 36, 14
"""Columns of an entry: three stand on a line of a dialog at 80x24, so that nearly all of it fits."""
_BESIDE = 8
"""Columns of the screen that the dialog's lines do not have."""

_OWN = frozenset({"super+c", "ctrl+c", "shift+tab", "ctrl+b", "ctrl+f"})
"""Textual's own, and second names of keys that are listed."""


def question(screen: Screen[None], title: str, note: str) -> Question:
    """Every key of the screen and of its focused pane: first what only this view has, last what its key line says.

    `note` says why some actions are not among them.
    """
    active = [one for one in screen.active_bindings.values() if one.binding.description and one.binding.key not in _OWN]
    acts = frozenset(f"act('{action.id}')" for action in ACTIONS)
    views = frozenset(key.action for key in VIEWS)
    common = frozenset(key.action for key in COMMON)
    others = frozenset(one.binding.action for one in active) - acts - views - common
    own = frozenset(one.binding.action for one in active if one.node is screen) & others
    room = screen.size.width - _BESIDE
    body = _columns(_keys(active, own), _OWN_WIDTH, room)
    body += _columns(_keys(active, others - own), _WIDTH, room)
    actions = [_entry("" if at else "Actions", *key) for at, key in enumerate(_keys(active, acts))]
    if note:
        there = {one.binding.action for one in active}
        missing = [action.verb for action in ACTIONS if f"act('{action.id}')" not in there]
        note = f"no {', '.join(missing)}: {note}" if 0 < len(missing) < len(ACTIONS) else note
        actions.append(DialogLine(((f"{'' if actions else 'Actions':<9}", "title"), (note, "warning"))))
    body += [*actions, _title("Everywhere"), *_columns(_keys(active, common), _WIDTH, room)]
    body += _views(_keys(active, views), room)
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


def _views(keys: list[tuple[str, str]], room: int) -> list[DialogLine]:
    lines, across = [], max(1, room // _VIEW_WIDTH)
    for at in range(0, len(keys), across):
        runs = [("       " if at else "Views  ", "title")]
        for signs, text in keys[at : at + across]:
            runs += [("  ", ""), (f"{signs} ", "key"), (text, "text")]
        lines.append(DialogLine(tuple(runs)))
    return lines


def _columns(keys: list[tuple[str, str]], width: int, room: int) -> list[DialogLine]:
    lines, across = [], max(1, room // width)
    for at in range(0, len(keys), across):
        runs: list[tuple[str, str]] = []
        for signs, text in keys[at : at + across]:
            sign = f"  {signs:<7} "
            runs += [(sign, "key"), (f"{text:<{width - len(sign)}}", "text")]
        lines.append(DialogLine((*runs[:-1], (runs[-1][0].rstrip(), "text"))))
    return lines
