"""How a verb looks at the pods, and finds in what it sees the nodes that were meant. For reads and writes alike."""

import argparse
from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from backends.model.snapshot import Snapshot
from console.config import Config
from console.exit import Exit
from console.headless import document, targeting
from console.headless.diagnostics import Stop
from console.target_error import TargetError
from console.targets import Targets, resolve

LOOK_WITHIN_S = 30.0


def scheduler_only(config: Config) -> Config:
    """The config without the Redfish endpoints of pods that have a scheduler: a write to it need not wait for BMCs."""
    return replace(
        config, pods={name: replace(pod, redfish=() if pod.ssh else pod.redfish) for name, pod in config.pods.items()}
    )


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


def trust(snapshot: Snapshot) -> None:
    """Raise Stop where who would know the nodes does not answer: the scheduler, or where there is none a controller."""
    scheduler = snapshot.sources.get("slurm.nodes")
    for status in snapshot.sources.values() if scheduler is None else (scheduler,):
        if not status.trusted:
            raise Stop(Exit.PARTIAL, document.problem(snapshot.pod, status)) from None
