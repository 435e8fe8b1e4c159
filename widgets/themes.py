"""Our themes: dark and light for terminals with many colours, ansi16 in the terminal's own sixteen, mono with none.

`ansi16` and `mono` name no RGB at all: what they send is a two-digit colour or an attribute, so they look like the
operator's terminal, cost the fewest bytes, and survive `screen`, `linux` and `vt100`.
"""

from collections.abc import Mapping

from textual.theme import Theme

_DARK = {
    "ok": "#7ee0a2",
    "warning": "#f2c14e",
    "critical": "#ff7070 bold",
    "unknown": "#b39df3",
    "stale": "#939faf",
    "idle": "#7ee0a2",
    "mixed": "#6fc3df",
    "allocated": "#5aa9ff",
    "completing": "#8fa8ff",
    "draining": "#f2c14e",
    "drained": "#e8934a",
    "reserved": "#c59cf0",
    "maint": "#b39df3",
    "rebooting": "#f08fc0",
    "powered-down": "#939faf",
    "down": "#ff7070 bold",
    "failed": "#ff7070 bold",
    "title": "#8fd3ff bold",
    "header": "#aab6c8 bold",
    "key": "#8fd3ff bold",
    "label": "#939fb3",
    "muted": "#939faf",
    "rule": "#5b687b",
    "accent": "#8fd3ff",
    "text": "#d3dbe8",
    "mark": "#ffd86b bold",
    "highlight": "#0f141b bold/#ffd86b",
    "heat-0": "#85a0c8",
    "heat-1": "#54abad",
    "heat-2": "#8ac26b",
    "heat-3": "#f2c14e",
    "heat-4": "#ff7070 bold",
    "bar": "#aab6c8/#1b2330",
    "badge": "#0f141b bold/#8fd3ff",
}

_LIGHT = {
    "ok": "#18743f",
    "warning": "#8a5a00",
    "critical": "#c02026 bold",
    "unknown": "#6a45b8",
    "stale": "#5c6675",
    "idle": "#18743f",
    "mixed": "#0b6e80",
    "allocated": "#1257b0",
    "completing": "#3d54c4",
    "draining": "#8a5a00",
    "drained": "#a8470d",
    "reserved": "#7b3fb5",
    "maint": "#6a45b8",
    "rebooting": "#a8306f",
    "powered-down": "#5c6675",
    "down": "#c02026 bold",
    "failed": "#c02026 bold",
    "title": "#0b5394 bold",
    "header": "#3b4654 bold",
    "key": "#0b5394 bold",
    "label": "#5a6675",
    "muted": "#5c6672",
    "rule": "#a3adba",
    "accent": "#0b5394",
    "text": "#1f2733",
    "mark": "#9a3f00 bold",
    "highlight": "#1f2733 bold/#ffd35c",
    "heat-0": "#446697",
    "heat-1": "#0b6e80",
    "heat-2": "#39711d",
    "heat-3": "#8a5a00",
    "heat-4": "#c02026 bold",
    "bar": "#3b4654/#e3e8ef",
    "badge": "#ffffff bold/#0b5394",
}

_ANSI16 = {
    "ok": "ansi_green",
    "warning": "ansi_yellow",
    "critical": "ansi_bright_red bold",
    "unknown": "ansi_magenta",
    "stale": "ansi_default dim",
    "idle": "ansi_green",
    "mixed": "ansi_cyan",
    "allocated": "ansi_bright_blue",
    "completing": "ansi_cyan",
    "draining": "ansi_yellow",
    "drained": "ansi_yellow bold",
    "reserved": "ansi_magenta",
    "maint": "ansi_magenta",
    "rebooting": "ansi_bright_magenta",
    "powered-down": "ansi_default dim",
    "down": "ansi_bright_red bold",
    "failed": "ansi_bright_red bold",
    "title": "ansi_cyan bold",
    "header": "ansi_default bold",
    "key": "ansi_cyan bold",
    "label": "ansi_cyan",
    "muted": "ansi_default dim",
    "rule": "ansi_default dim",
    "accent": "ansi_cyan",
    "text": "ansi_default",
    "mark": "ansi_bright_yellow bold",
    "highlight": "ansi_black/ansi_yellow",
    "heat-0": "ansi_blue",
    "heat-1": "ansi_cyan",
    "heat-2": "ansi_green",
    "heat-3": "ansi_yellow",
    "heat-4": "ansi_bright_red bold",
    "bar": "ansi_default",
    "badge": "ansi_black bold/ansi_cyan",
}

_MONO = {
    **dict.fromkeys(_ANSI16, "ansi_default"),
    "warning": "ansi_default bold",
    "critical": "ansi_default bold underline",
    "drained": "ansi_default bold",
    "down": "ansi_default bold underline",
    "failed": "ansi_default bold underline",
    "stale": "ansi_default dim",
    "muted": "ansi_default dim",
    "rule": "ansi_default dim",
    "powered-down": "ansi_default dim",
    "title": "ansi_default bold",
    "header": "ansi_default bold",
    "key": "ansi_default bold",
    "mark": "ansi_default bold",
    "highlight": "ansi_default reverse",
    "heat-4": "ansi_default bold",
    "bar": "ansi_default reverse",
    "badge": "ansi_default bold reverse",
}


def _variables(styles: Mapping[str, str], cursor: str, blurred: str, *, flat: bool) -> dict[str, str]:
    """Theme variables of `colour attributes/background` specifications."""
    variables = {"cursor-flat": "true" if flat else "false"}
    named = {**{f"status-{name}": text for name, text in styles.items()}}
    for name, text in named.items():
        front, _, background = text.partition("/")
        colour, _, attributes = front.partition(" ")
        variables[name] = colour
        variables[f"{name}-style"] = attributes or "none"
        if background:
            variables[f"{name}-background"] = background
    for name, text in (("cursor", cursor), ("cursor-blurred", blurred)):
        front, _, background = text.partition("/")
        colour, _, attributes = front.partition(" ")
        variables[f"{name}-foreground"] = colour
        variables[f"{name}-style"] = attributes or "none"
        variables[f"{name}-background"] = background or "transparent"
    return variables


DARK = Theme(
    name="megapod-dark",
    primary="#5aa9ff",
    secondary="#8fa8ff",
    accent="#8fd3ff",
    warning="#f2c14e",
    error="#ff6b6b",
    success="#7ee0a2",
    foreground="#d3dbe8",
    background="#0f141b",
    surface="#151c26",
    panel="#1b2330",
    variables=_variables(_DARK, "#ffffff bold/#1d3656", "#d3dbe8/#1b2634", flat=False),
)

LIGHT = Theme(
    name="megapod-light",
    primary="#1257b0",
    secondary="#3d54c4",
    accent="#0b5394",
    warning="#8a5a00",
    error="#c02026",
    success="#1a7f45",
    foreground="#1f2733",
    background="#fbfcfd",
    surface="#f0f3f7",
    panel="#e3e8ef",
    dark=False,
    variables=_variables(_LIGHT, "#000000 bold/#d6e6fb", "#1f2733/#e8edf3", flat=False),
)

_ANSI_CHROME = {
    "border": "ansi_default",
    "border-blurred": "ansi_default",
    "input-cursor-text-style": "reverse",
    "ansi-background": "ansi_black",
    "ansi-foreground": "ansi_white",
}

ANSI16 = Theme(
    name="megapod-ansi16",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_magenta",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_bright_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        **_variables(_ANSI16, "ansi_black/ansi_cyan", "ansi_default underline", flat=True),
        **_ANSI_CHROME,
    },
)

MONO = Theme(
    name="megapod-mono",
    ansi=True,
    primary="ansi_default",
    secondary="ansi_default",
    accent="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    success="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        **_variables(_MONO, "ansi_default reverse", "ansi_default underline", flat=True),
        **_ANSI_CHROME,
    },
)

THEMES: Mapping[str, Theme] = {"dark": DARK, "light": LIGHT, "ansi16": ANSI16, "mono": MONO}
"""The themes by the name an operator writes in the config."""
