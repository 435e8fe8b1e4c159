"""Which forms of an answer there are (`-o`), by name: what help says, and what `form` reads. Costs no import."""

from collections.abc import Sequence

LISTS = ("table", "wide", "json", "jsonl", "yaml", "csv", "name", "nodeset", "custom-columns", "jsonpath")
DOCUMENTS = ("table", "json", "yaml", "jsonpath")
WANT = {"custom-columns": "NAME:.path,…", "jsonpath": "PATH"}
"""What some forms want after a `=`."""


def shown(names: Sequence[str]) -> str:
    """The forms as help says them."""
    return ", ".join(f"{name}={WANT[name]}" if name in WANT else name for name in names)
