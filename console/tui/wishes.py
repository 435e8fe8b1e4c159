"""The rest of `[screen]`: theme, colours and columns, checked by name; what is wrong is said with its place."""

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from importlib import import_module

from textual.color import Color, ColorParseError
from textual.theme import Theme

from console.config import Config, ConfigError
from console.select.kinds import NAMES
from widgets.palette import FALLBACKS


def check_columns(config: Config) -> None:
    """Every table and column of `[screen.columns]` exists. Raises ConfigError."""
    for table, wanted in config.screen.columns.items():
        at = f"{config.path}: screen.columns.{table}"
        if table not in NAMES:
            raise ConfigError(f"{at}: no such table{_near(table, NAMES)}")
        known = [column.key for column in import_module(f"console.views.{table}").COLUMNS]
        if not wanted:
            raise ConfigError(f"{at}: names no column; there are {', '.join(known)}")
        for column in wanted:
            if column not in known:
                raise ConfigError(f"{at}: no column {column!r}{_near(column, known)}")


def check_aliases(config: Config, words: Iterable[str]) -> None:
    """Every line of `[screen.aliases]` begins with a command; alone, a word may be a node's or a pod's name.

    Raises ConfigError.
    """
    known = list(words)
    for name, line in config.screen.aliases.items():
        first, _, rest = line.strip().partition(" ")
        at = f"{config.path}: screen.aliases.{name}"
        if not first:
            raise ConfigError(f"{at}: an empty line")
        if rest and not any(word.startswith(first) for word in known):
            raise ConfigError(f"{at}: no command {first!r}{_near(first, known)}")


def coloured(theme: Theme, config: Config) -> Theme:
    """The theme with the operator's colours. Raises ConfigError for a style or a colour that there is none of."""
    colours = config.screen.colours
    for name, colour in colours.items():
        at = f"{config.path}: screen.colours.{name}"
        if name not in FALLBACKS:
            raise ConfigError(f"{at}: no such style{_near(name, FALLBACKS)}")
        try:
            Color.parse(colour)
        except ColorParseError:
            raise ConfigError(f'{at}: {colour!r} is no colour; write "#ff5f5f", "red" or "ansi_red"') from None
    if not colours:
        return theme
    own = {f"status-{name}": colour for name, colour in colours.items()}
    return replace(theme, variables={**theme.variables, **own})


def _near(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(names)}"
