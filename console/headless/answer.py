"""What `get` prints of an open session: one look at its sources, and each pod's part as it comes."""

import argparse
from collections.abc import Mapping

from backends.model.snapshot import Snapshot
from console.deadline import patience_s
from console.exit import Exit
from console.headless import document, targeting
from console.headless.diagnostics import say
from console.headless.listing import Lister, Part, part, view_of
from console.headless.looking import targets_of
from console.state.session import Session
from console.targets import Targets


async def listed(arguments: argparse.Namespace, session: Session) -> Exit:
    """Look once through an open session, and print."""
    how = arguments.form
    lister = Lister(how, document.kind_of(arguments.kind))
    parts: dict[str, Part] = {}
    if how.whole or arguments.nodes is not None:
        snapshots = await session.look(patience_s(arguments.timeout_s))
        targets = None if arguments.nodes is None else targets_of(arguments.nodes, snapshots)
        snapshots = snapshots if targets is None else {targets.pod: snapshots[targets.pod]}
        parts = {pod: _part(arguments, one, session, targets) for pod, one in snapshots.items()}
        lister.add(*parts.values())
    else:
        async for pods in session.arrivals(patience_s(arguments.timeout_s)):
            new = {pod: _part(arguments, session.store[pod], session, None) for pod in pods}
            parts |= new
            lister.add(*new.values())
        snapshots = session.store.snapshots
    return _end(arguments, snapshots, parts, lister, session)


def _part(arguments: argparse.Namespace, snapshot: Snapshot, session: Session, targets: Targets | None) -> Part:
    """What one pod has of a kind; its name goes with the rows where there are others."""
    kind, now = arguments.kind, session.clock.now()
    chosen = targeting.keys(arguments, kind, snapshot, now, None if targets is None else targets.nodes)
    many = targets is None and len(session.pods) > 1
    return part(kind, snapshot, now, nodes=chosen, many=many, rows=not arguments.form.whole)


def _end(
    arguments: argparse.Namespace,
    snapshots: Mapping[str, Snapshot],
    parts: Mapping[str, Part],
    lister: Lister,
    session: Session,
) -> Exit:
    """Print what waits for all of it, and say what is missing."""
    kind = arguments.kind
    result = document.document(kind, snapshots, session.clock.now(), {pod: one.items for pod, one in parts.items()})
    lister.end(result)
    if not result.items:
        empty = view_of(kind, next(iter(snapshots.values())), session.clock.now()).empty
        say(empty if arguments.select is None else f"--select {arguments.select!r}: none of the {kind}")
    for problem in result.errors:
        say(problem)
    return Exit.PARTIAL if result.partial else Exit.DONE
