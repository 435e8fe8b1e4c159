"""Which journal a verb reads: the config's, where there is one, or the person's own."""

import argparse
import os
from pathlib import Path

from console.config import Config, default_path, load
from console.exit import Exit
from console.headless.diagnostics import Stop
from console.operations.event import Commanded
from console.operations.journal import Journal
from console.operations.operation import Operation
from console.operations.place import Place, place, place_of
from console.state.clock import SystemClock


def chosen(arguments: argparse.Namespace) -> Place:
    """The place to look at. No config at all means the person's own journal; a broken one is an error."""
    if arguments.journal:
        path = Path(arguments.journal).absolute()
        if not path.exists():
            raise Stop(Exit.USAGE, f"{path}: no such journal")
        return place_of(path)
    said = arguments.config or os.environ.get("MEGAPOD_CONFIG")
    return of_config(load(arguments.config)) if said or default_path().exists() else place("")


def of_config(config: Config) -> Place:
    """The place a config names."""
    return place(config.journal)


def opened(where: Place) -> Journal:
    """The journal of a place."""
    return Journal.at(where, SystemClock().now)


def found(journal: Journal, identity: str) -> Operation:
    """One operation. Raises Stop where there is none, or none that can be read."""
    operation = journal.operation(identity)
    if operation is not None:
        return operation
    told = journal.entries(identity)
    if told and isinstance(told[0].event, Commanded):
        raise Stop(Exit.USAGE, f"{identity}: a command on nodes; `megapod audit --operation {identity}` tells of it")
    if told:
        raise Stop(Exit.FAILED, f"{identity}: begun by a newer megapod; use that one")
    raise Stop(Exit.USAGE, f"{journal.path}: no operation {identity!r}; `megapod ops list --all` names them")
