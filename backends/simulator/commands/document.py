"""Slurm's JSON: the envelope of data_parser v0.0.42, and its way to write a number that may be missing."""

import json
from typing import TypeAlias

from backends.simulator.commands.answer import VERSION, Answer
from backends.simulator.world import World

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Fields = dict[str, Value]


def number(value: float | None, *, infinite: bool = False) -> Fields:
    """`{"set": true, "infinite": false, "number": 4}`."""
    return {"set": value is not None and not infinite, "infinite": infinite, "number": value or 0}


def document(world: World, command: str, key: str, rows: list[Value], last_update: int) -> Answer:
    """The whole answer: rows under `key`, then meta, errors and warnings."""
    major, minor, micro = VERSION.split(".")
    meta: Fields = {
        "plugin": {"type": "", "name": "", "data_parser": "data_parser/v0.0.42", "accounting_storage": ""},
        "client": {"source": "", "user": "operator", "group": "operator"},
        "command": [command],
        "slurm": {
            "version": {"major": major, "micro": micro, "minor": minor},
            "release": VERSION,
            "cluster": world.shape.pod,
        },
    }
    body: Fields = {key: rows, "last_update": number(last_update), "meta": meta, "errors": [], "warnings": []}
    return Answer(stdout=json.dumps(body, indent=2) + "\n")
