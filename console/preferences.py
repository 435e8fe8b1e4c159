"""How an operator wants the screen: keys, aliases, columns, colours. The table `[screen]` of the config."""

from msgspec import Struct


class Preferences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each name is checked when the screen opens (`console.tui.wishes`): what is wrong is said with its place.

    `keys` maps a key's name (`drain`, `filter`, `nodes`) to the keys that do it, with commas. `aliases` are words of
    the `:` line. `columns` are those of a table, in their order, by the table's name. `colours` maps a style
    (`critical`) to a colour.
    """

    theme: str = ""
    glyphs: str = ""
    keys: dict[str, str] = {}
    aliases: dict[str, str] = {}
    columns: dict[str, tuple[str, ...]] = {}
    colours: dict[str, str] = {}
