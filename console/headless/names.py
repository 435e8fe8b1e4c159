"""The names of a config's pods as they were last seen: what a shell completes without asking anybody.

A small file in the cache folder, written after each look and never trusted for anything else.
"""

import contextlib
import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec import Struct

from backends.model.snapshot import Snapshot
from console.plain_file import put

MOST = 20_000


class Names(Struct, frozen=True, kw_only=True):
    """What one pod has, by name."""

    nodes: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    racks: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


def remember(config: str, snapshots: Mapping[str, Snapshot]) -> None:
    """Keep the names of the pods that were asked, beside those of the others. A cache that cannot be written is none.

    What a pod did not tell this time is kept as it was.
    """
    before = known(config)
    now = {pod: _merged(before.get(pod, Names()), names_of(snapshot)) for pod, snapshot in snapshots.items()}
    if all(before.get(pod) == names for pod, names in now.items()):
        return
    path = place(config)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, msgspec.json.encode(before | now))


def known(config: str) -> dict[str, Names]:
    """The names by pod; nothing where none are kept, or what is kept cannot be read."""
    try:
        return msgspec.json.decode(place(config).read_bytes(), type=dict[str, Names])
    except (OSError, msgspec.MsgspecError):
        return {}


def place(config: str) -> Path:
    """Where the names of a config's pods are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    digest = blake2b(str(Path(config).absolute()).encode(), digest_size=8).hexdigest()
    return Path(home).expanduser() / "megapod" / f"names-{digest}.json"


def names_of(snapshot: Snapshot) -> Names:
    """What a snapshot has, bounded: nobody completes a job among a hundred thousand."""
    racks = dict.fromkeys(node.group for node in snapshot.nodes.values() if node.group)
    # A brief look does not ask for partitions, but those that have nodes stand beside these.
    seen = (name for node in snapshot.nodes.values() if node.scheduler for name in node.scheduler.partitions)
    return Names(
        nodes=tuple(snapshot.nodes)[:MOST],
        jobs=tuple(snapshot.jobs)[:MOST],
        racks=tuple(racks)[:MOST],
        partitions=tuple(snapshot.partitions or dict.fromkeys(seen))[:MOST],
        components=tuple(snapshot.components)[:MOST],
        findings=tuple(finding.id for finding in snapshot.findings)[:MOST],
    )


def _merged(before: Names, now: Names) -> Names:
    fields = Names.__struct_fields__
    return Names(**{name: getattr(now, name) or getattr(before, name) for name in fields})
