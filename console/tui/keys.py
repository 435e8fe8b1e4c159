"""The keys, as data: bindings, the key line and the help all come from here and from the registry of actions."""

from msgspec import Struct
from textual.binding import Binding

from console.actions import ACTIONS


class Key(Struct, frozen=True):
    """A key of every view: what it calls and what it is called."""

    key: str
    action: str
    text: str
    shown: str = ""
    hinted: bool = False

    @property
    def name(self) -> str:
        """What it is called in the config: its view, or its action."""
        return self.text if self.action.startswith("view(") else self.action.removeprefix("app.")


VIEWS = (
    Key("1", "view('triage')", "triage"),
    Key("2", "view('topology')", "topology"),
    Key("3", "view('placement')", "placement"),
    Key("4", "view('health')", "health"),
    Key("5", "view('nodes')", "nodes"),
    Key("6", "view('jobs')", "jobs"),
    Key("7", "view('operations')", "operations"),
    Key("8", "view('events')", "events"),
    Key("0", "view('fleet')", "fleet"),
)

COMMON = (
    Key("question_mark", "help", "help", "?", hinted=True),
    Key("slash", "filter", "filter", "/", hinted=True),
    Key("space", "mark", "mark", "space", hinted=True),
    Key("escape", "back", "back", "esc"),
    Key("tab", "app.focus_next", "other pane", "tab"),
    Key("b", "blast", "what it hits", "b"),
    Key("l", "logs", "logs", "l"),
    Key("s", "shell", "shell", "s"),
    Key("i", "raw", "raw JSON", "i"),
    Key("y", "equivalent", "copy command", "y"),
    Key("Y", "commands", "as commands", "Y"),
    Key("full_stop", "repeat", "repeat", "."),
    Key("r", "refresh", "ask pod now", "r"),
    Key("o", "operations", "what runs", "o"),
    Key("colon", "command", "command", ":", hinted=True),
    Key("ctrl+p", "palette", "palette", "^p"),
    Key("apostrophe", "jump", "go to", "'"),
    Key("semicolon", "leap", "jump mode", ";"),
    Key("plus", "mark_nodes", "mark by name", "+"),
    Key("p", "pods", "other pod"),
    Key("q", "quit", "quit", "q", hinted=True),
)


def view_bindings() -> list[Binding]:
    """The bindings every view has. Those of actions are there for every action; `check_action` says which exist."""
    keys = [
        Binding(key.key, key.action, key.text, show=False, key_display=key.shown or key.key, id=key.name)
        for key in (*VIEWS, *COMMON)
    ]
    writes = [
        Binding(action.key, f"act('{action.id}')", f"{action.verb}: {action.help}", show=False, id=action.id)
        for action in ACTIONS
    ]
    return [*keys, *writes]
