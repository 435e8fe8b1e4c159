"""The nodes a verb is for: a node set, `--select`, both, or names on stdin. The same for every verb that takes them."""

import argparse
import sys
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from backends.model.snapshot import Snapshot
from console.exit import Exit
from console.headless import output
from console.headless.diagnostics import Stop, say
from console.select.error import SelectError
from console.select.kinds import NAMES, kind
from console.target_error import TargetError
from console.targets import Targets, check, fold, resolve

if TYPE_CHECKING:  # the language is 15 ms, and many a run chooses nothing by it
    from console.select.expression import Expression
    from console.select.selection import Selection

STDIN = "-"
FIELDS = "?"
MOST_STDIN = 4_000_000
_PLACES = ("@rack:", "@domain:", "@finding:")
"""Groups that a pod's controllers may know, and its scheduler not."""


def aimed(arguments: argparse.Namespace, verb: str) -> None:
    """Read `--select` and stdin before any pod is asked. Raises TargetError where they say nothing, or nonsense.

    What changes something is chosen by fields alone: a bare word may stand in any column.
    """
    from console.select.expression import uses_text

    arguments.expression = expression_of(arguments, "nodes")
    if arguments.expression is not None and uses_text(arguments.expression):
        raise TargetError(
            f"--select {arguments.select!r}: {verb} wants fields, not words that may stand anywhere; "
            "write node=..., state=... ('?' lists them)"
        )
    if arguments.nodes.strip() == STDIN:
        arguments.nodes = _stdin()
    if not arguments.nodes.strip() and arguments.expression is None:
        raise TargetError(f"{verb} what? Name nodes, as in `megapod {verb} gpu[001-004]`; there is no default")
    check(arguments.nodes)


def expression_of(arguments: argparse.Namespace, name: str) -> "Expression | None":
    """What `--select` says of a kind, None where it is not given. `?` prints the fields and ends the run."""
    if arguments.select is None:
        return None
    from console.select.evaluate import parse
    from console.select.listing import listing

    of = kind(name)
    if arguments.select.strip() == FIELDS:
        output.write("".join(f"{line}\n" for line in listing(of)))
        raise Stop(Exit.DONE)
    try:
        return parse(arguments.select, of)
    except SelectError as error:
        raise TargetError(f"--select {arguments.select!r}: {error}") from None


def listed(arguments: argparse.Namespace, name: str) -> None:
    """Read `--select`, for any kind of things, and stdin, before any pod is asked; neither has to be given."""
    if arguments.select is not None and name not in NAMES:
        raise TargetError(f"--select: {name} cannot be selected from; {', '.join(NAMES)} can")
    arguments.expression = expression_of(arguments, name) if name in NAMES else None
    if arguments.nodes is not None and arguments.nodes.strip() == STDIN:
        arguments.nodes = _stdin()
    if arguments.nodes is not None:
        check(arguments.nodes)


def keys(
    arguments: argparse.Namespace, name: str, snapshot: Snapshot, now: datetime, among: Collection[str] | None
) -> tuple[str, ...] | None:
    """The keys of a pod's things that were asked for, of `among` where that is not None; None for all of them."""
    if arguments.expression is None:
        return None if among is None else tuple(among)
    from console.select.selection import select
    from console.select.shown import shown

    found = select(arguments.expression, kind(name), snapshot, now, shown(name, now))
    chosen = found if among is None else found.within(among)
    tell(chosen, arguments.select)
    return chosen.keys


def needs_controllers(arguments: argparse.Namespace) -> bool:
    """Whether which nodes are meant may be known by the pods' controllers alone, so that they must be waited for."""
    return arguments.expression is not None or any(group in arguments.nodes for group in _PLACES)


def targets(arguments: argparse.Namespace, snapshots: Mapping[str, Snapshot], now: datetime) -> Targets:
    """The nodes that were meant, all of one pod. Raises TargetError where there is none."""
    found = resolve(arguments.nodes, snapshots) if arguments.nodes.strip() else None
    if arguments.expression is not None:
        found = _selected(arguments, found, snapshots, now)
    if found is None:  # `aimed` has seen to it
        raise TargetError("no targets given; name nodes, as in gpu[001-004] or @rack:r1")
    return found


def tell(selection: "Selection", text: str) -> None:
    """Say on stderr what a selection could not decide, and what it decided by old facts."""
    if selection.unknown:
        say(f"--select {text!r}: not known, so not chosen: {fold(selection.unknown)}")
    if selection.stale:
        say(f"--select {text!r}: chosen by facts that are old: {fold(selection.stale)}")


def _selected(
    arguments: argparse.Namespace, among: Targets | None, snapshots: Mapping[str, Snapshot], now: datetime
) -> Targets:
    from console.select.selection import select
    from console.select.shown import shown

    found: dict[str, Selection] = {}
    for pod, snapshot in snapshots.items():
        if among is not None and among.pod != pod:
            continue
        chosen = select(arguments.expression, kind("nodes"), snapshot, now, shown("nodes", now))
        found[pod] = chosen if among is None else chosen.within(among.nodes)
    for chosen in found.values():
        tell(chosen, arguments.select)
    some = [pod for pod, chosen in found.items() if chosen.keys]
    if len(some) > 1:
        raise TargetError(
            f"--select {arguments.select!r}: in more than one pod ({', '.join(some)}); say which with --pod"
        )
    if not some:
        of = f" of {among.node_set}" if among else ""
        raise TargetError(f"--select {arguments.select!r}: chooses no node{of}")
    return Targets(some[0], found[some[0]].keys)


def _stdin() -> str:
    """The names on stdin, one or several a line, what follows a `#` left out, as a node set."""
    try:
        text = sys.stdin.read(MOST_STDIN + 1) if sys.stdin else ""  # None where it was closed before we began
    except (OSError, ValueError):  # closed since, or no text
        text = ""
    if len(text) > MOST_STDIN:
        raise TargetError(f"-: more than {MOST_STDIN // 1_000_000} MB on stdin; that is no list of nodes")
    names = [name for line in text.splitlines() for name in line.partition("#")[0].split()]
    if not names:
        raise TargetError("-: no node on stdin")
    return ",".join(names)
