"""What the palette offers: a view's keys, the `:` words, what can be gone to; and how near a text is to each."""

from collections.abc import Iterator

from textual.binding import Binding
from textual.screen import Screen

from console.tui.command import Known
from console.tui.keymap import sign
from widgets.finder import Choice

MOST = 60
_LEFT_OUT = ("palette", "command", "leave", "app.", "screen.")
_THINGS = ("pod", "node", "job")


def choices(screen: Screen[None], known: Known) -> list[Choice]:
    """The keys of a view and the words of its `:` line, each once."""
    found: dict[str, Choice] = {}
    bindings = (each.binding for each in screen.active_bindings.values() if each.node is screen)
    for binding in sorted(bindings, key=_order):
        if not binding.description or binding.action.startswith(_LEFT_OUT):
            continue
        name, _, help_ = binding.description.partition(": ")
        key = sign(binding.key_display or binding.key)
        found.setdefault(name, Choice(f"action:{binding.action}", name, help_ or _said(binding), key))
    for word in known.words.values():
        if not word.needed:
            found.setdefault(word.name, Choice(f"line:{word.name}", word.name, word.help, ":"))
    for alias, line in known.aliases.items():
        found.setdefault(alias, Choice(f"line:{alias}", alias, line, ":"))
    return list(found.values())


def find(text: str, offered: list[Choice], known: Known) -> list[Choice]:
    """What a text could mean: commands by their letters in order, things by what their names hold."""
    wanted = text.strip().casefold()
    near = sorted(
        (rank, at) for at, one in enumerate(offered) if (rank := _rank(wanted, f"{one.name} {one.help}")) is not None
    )
    found = [offered[at] for _, at in near]
    return [*found, *_things(wanted, known)][:MOST] if wanted else found


def _things(wanted: str, known: Known) -> Iterator[Choice]:
    for kind in _THINGS:
        for name in known.values.get(kind, ()):
            if wanted in name.casefold():
                yield Choice(f"line:{kind} {name}", name, f"the {kind}", "")


def _rank(wanted: str, text: str) -> tuple[int, int] | None:
    """How near: begins with it, has it in it, has its letters in order; None where not even that."""
    said = text.casefold()
    at = said.find(wanted)
    if at >= 0:
        return (0 if at == 0 else 1), at
    rest = iter(said)
    return (2, 0) if all(sign in rest for sign in wanted) else None


def _order(binding: Binding) -> int:
    """What writes, what only this view has, views, and what every view has."""
    starts = ("act(", "view(")
    at = next((at for at, start in enumerate(starts) if binding.action.startswith(start)), None)
    return 2 * at if at is not None else 3 if binding.id else 1


def _said(binding: Binding) -> str:
    return "go there" if binding.action.startswith("view(") else ""
