"""Style names to styles, in one place: what `critical` or `draining` looks like is the theme's business.

Widgets are handed names, never colours. A theme says `status-NAME` (a colour) and `status-NAME-style` (attributes);
a stock Textual theme, which says neither, gets the nearest of its own variables.
"""

from collections.abc import Mapping
from types import MappingProxyType

from rich.style import Style
from textual.color import Color, ColorParseError

FALLBACKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ok": ("success", ""),
        "warning": ("warning", ""),
        "critical": ("error", "bold"),
        "unknown": ("secondary", ""),
        "stale": ("", "dim"),
        "idle": ("success", ""),
        "mixed": ("primary", ""),
        "allocated": ("primary", ""),
        "completing": ("primary", ""),
        "draining": ("warning", ""),
        "drained": ("warning", "bold"),
        "reserved": ("secondary", ""),
        "maint": ("secondary", ""),
        "rebooting": ("accent", ""),
        "powered-down": ("", "dim"),
        "down": ("error", "bold"),
        "failed": ("error", "bold"),
        "title": ("primary", "bold"),
        "header": ("", "bold"),
        "key": ("accent", ""),
        "label": ("", "dim"),
        "muted": ("", "dim"),
        "rule": ("", "dim"),
        "accent": ("accent", ""),
        "text": ("", ""),
        "mark": ("accent", "bold"),
        "highlight": ("", "bold reverse"),
        "heat-0": ("secondary", ""),
        "heat-1": ("success", ""),
        "heat-2": ("success", ""),
        "heat-3": ("warning", ""),
        "heat-4": ("error", "bold"),
        "bar": ("", ""),
        "badge": ("accent", "bold reverse"),
    }
)
"""Every style name, with the variable and attributes it falls back on in a theme that is not ours."""

_ATTRIBUTES = frozenset({"bold", "dim", "italic", "reverse", "underline"})


class Palette:
    """Rich styles by name, computed once for a theme's variables.

    `cursor` and `cursor_blurred` are whole-row styles. Where `flat` is true the row under the cursor loses the colours
    of its cells: on sixteen colours, or none, red on a coloured row cannot be read, while letter and glyph can.
    An unknown name is drawn as plain text: a widget never fails for a colour.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._background = self._colour("background")
        self._styles = {name: self._style(name) for name in FALLBACKS}
        self.flat = variables.get("cursor-flat", "false") == "true"
        self.cursor = self._row("cursor", "block-cursor")
        self.cursor_blurred = self._row("cursor-blurred", "block-cursor-blurred")

    def __getitem__(self, name: str) -> Style:
        return self._styles.get(name, _PLAIN)

    def _style(self, name: str) -> Style:
        variable, attributes = FALLBACKS[name]
        own = f"status-{name}"
        if own in self._variables:
            variable, attributes = own, self._variables.get(f"{own}-style", "")
        foreground = self._colour(variable)
        background = self._colour(f"{own}-background")
        return _style(foreground, background, attributes)

    def _row(self, own: str, stock: str) -> Style:
        prefix = own if f"{own}-background" in self._variables else stock
        attributes = self._variables.get(f"{prefix}-style", self._variables.get(f"{prefix}-text-style", ""))
        return _style(self._colour(f"{prefix}-foreground"), self._colour(f"{prefix}-background"), attributes)

    def _colour(self, variable: str) -> Color | None:
        """The variable as an opaque colour; None where it is absent, transparent, or relative (`auto 60%`)."""
        try:
            colour = Color.parse(self._variables.get(variable, "transparent"))
        except ColorParseError:
            return None
        if colour.a == 0 or (colour.ansi is not None and colour.ansi < 0):
            return None
        if colour.ansi is None and colour.a < 1 and self._background is not None:
            return self._background.blend(colour.with_alpha(1), colour.a)
        return colour


_PLAIN = Style()


def _style(foreground: Color | None, background: Color | None, attributes: str) -> Style:
    on = _ATTRIBUTES.intersection(attributes.split())
    return Style(
        color=foreground.rich_color if foreground else None,
        bgcolor=background.rich_color if background else None,
        bold="bold" in on or None,
        dim="dim" in on or None,
        italic="italic" in on or None,
        reverse="reverse" in on or None,
        underline="underline" in on or None,
    )
