"""What the terminal can show, decided once from the environment, before textual is imported.

Textual reads its own variables at import; here they are set so that a slow link gets no animation and no more colours
than its terminal has. Nothing here imports textual.
"""

import locale
from collections.abc import Mapping, MutableMapping

from msgspec import Struct

from console.config import ConfigError
from console.preferences import Preferences

THEMES = ("dark", "light", "ansi16", "mono")
GLYPHS = ("unicode", "ascii")

_POOR = ("linux", "vt", "ansi", "dumb", "cons")
"""Terminals with eight or sixteen colours, and fonts without our signs."""
_COLOURLESS = ("vt", "dumb")
"""Those with none: a row that only colour sets apart could not be seen there."""


class Appearance(Struct, frozen=True):
    """The theme and the glyph set, by name. Without `clipboard` the terminal would print what is meant for it."""

    theme: str = "dark"
    glyphs: str = "unicode"
    clipboard: bool = True


def prepare(environment: MutableMapping[str, str]) -> None:
    """Tell textual, by its own variables, what to leave out. What the operator has set stands."""
    environment.setdefault("TEXTUAL_ANIMATIONS", "none")
    if "SSH_CONNECTION" in environment and "COLORTERM" not in environment:
        rich = "256" in environment.get("TERM", "")
        environment.setdefault("TEXTUAL_COLOR_SYSTEM", "256" if rich else "standard")


def appearance(
    environment: Mapping[str, str], encoding: str | None = None, wanted: Preferences | None = None
) -> Appearance:
    """What to draw with: `MEGAPOD_THEME` and `MEGAPOD_GLYPHS` where set, the config's, what the terminal can show.

    Raises ConfigError for a theme or glyph set that there is none of.
    """
    _known("MEGAPOD_THEME", environment, THEMES)
    _known("MEGAPOD_GLYPHS", environment, GLYPHS)
    wanted = wanted or Preferences()
    _known("screen.theme", {"screen.theme": wanted.theme}, THEMES)
    _known("screen.glyphs", {"screen.glyphs": wanted.glyphs}, GLYPHS)
    term = environment.get("TERM", "")
    poor = term.startswith(_POOR)
    theme = environment.get("MEGAPOD_THEME", "") or wanted.theme
    if not theme:
        sixteen = poor or term in ("screen", "tmux", "xterm")
        colours = environment.get("COLORTERM", "")
        none = environment.get("NO_COLOR") or (term.startswith(_COLOURLESS) and not colours)
        theme = "mono" if none else "ansi16" if sixteen and not colours else "dark"
    glyphs = environment.get("MEGAPOD_GLYPHS", "") or wanted.glyphs
    if not glyphs:
        known = (encoding or locale.getpreferredencoding(do_setlocale=False)).lower().replace("-", "")
        glyphs = "unicode" if known == "utf8" and not poor else "ascii"
    return Appearance(theme, glyphs, clipboard=not poor)


def _known(name: str, environment: Mapping[str, str], known: tuple[str, ...]) -> None:
    value = environment.get(name, "")
    if value and value not in known:
        raise ConfigError(f"{name}: no {value!r}; known: {', '.join(known)}")
