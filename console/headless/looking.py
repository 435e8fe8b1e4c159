"""How a verb looks at the pods, and finds in what it sees the nodes that were meant. For reads and writes alike."""

import argparse
import asyncio
import contextlib
from collections.abc import Mapping
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from backends.model.snapshot import Snapshot
from console.config import Config
from console.deadline import patience_s
from console.exit import Exit
from console.headless import document, targeting
from console.headless.diagnostics import Stop, say
from console.target_error import TargetError
from console.targets import Targets, fold, resolve

if TYPE_CHECKING:
    from console.state.session import Session

LOOK_WITHIN_S = 30.0
OTHERS_WITHIN_S = 2.0
"""How long pods that are slow are asked for nodes which others have."""


def scheduler_only(config: Config) -> Config:
    """The config without the Redfish endpoints of pods that have a scheduler: a write to it need not wait for BMCs."""
    return replace(
        config, pods={name: replace(pod, redfish=() if pod.ssh else pod.redfish) for name, pod in config.pods.items()}
    )


async def look_for(arguments: argparse.Namespace, session: "Session") -> dict[str, Snapshot]:
    """Look once, as patiently as the run allows, for NODES and `--select` of what changes nothing.

    Names that some pods have are found there: the others get a moment more to say that they have them, too. A group or
    a selection may be anywhere, so all are waited for; so they are for what writes: that must not hang on who is slow.
    """
    patience, named = patience_s(LOOK_WITHIN_S), arguments.expression is None and "@" not in arguments.nodes
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None) as limit, aclosing(session.arrivals(patience)) as coming:
            async for _ in coming:
                if named and limit.when() is None and _found(arguments.nodes, session.store.snapshots):
                    limit.reschedule(asyncio.get_running_loop().time() + min(patience, OTHERS_WITHIN_S))
    return session.store.snapshots


def _found(expression: str, snapshots: Mapping[str, Snapshot]) -> bool:
    try:
        resolve(expression, snapshots)
    except TargetError:
        return False
    return True


def targets_of(expression: str, snapshots: Mapping[str, Snapshot]) -> Targets:
    """Resolve, but never call a node unknown while the scheduler that would know it does not answer."""
    try:
        return resolve(expression, snapshots)
    except TargetError:
        for snapshot in snapshots.values():
            trust(snapshot)
        raise


def aimed_at(arguments: argparse.Namespace, snapshots: Mapping[str, Snapshot], now: datetime) -> Targets:
    """The nodes that NODES and `--select` mean; as in `targets_of`, silence of the scheduler is never "unknown"."""
    try:
        return targeting.targets(arguments, snapshots, now)
    except TargetError:
        for snapshot in snapshots.values():
            trust(snapshot)
        raise


def tell_unasked(targets: Targets, snapshots: Mapping[str, Snapshot]) -> None:
    """Say which pods did not tell whether the nodes that are to be changed are theirs, too."""
    silent = [pod for pod, one in snapshots.items() if pod != targets.pod and not _told(one)]
    if silent:
        say(
            f"no answer from {', '.join(silent)}: whether {fold(targets.nodes)} is there, too, is not known; "
            f"--pod {targets.pod} asks {targets.pod} alone"
        )


def _told(snapshot: Snapshot) -> bool:
    try:
        trust(snapshot)
    except Stop:
        return False
    return True


def trust(snapshot: Snapshot) -> None:
    """Raise Stop where who would know the nodes does not answer: the scheduler, or where there is none a controller."""
    scheduler = snapshot.sources.get("slurm.nodes")
    for status in snapshot.sources.values() if scheduler is None else (scheduler,):
        if not status.trusted:
            raise Stop(Exit.PARTIAL, document.problem(snapshot.pod, status)) from None
