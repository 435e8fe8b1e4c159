"""Something wrong: how bad, what it is about, how it is known, what it hits and what to do."""

from datetime import datetime

from msgspec import Struct

from backends.model.severity import Severity


class Finding(Struct, frozen=True, kw_only=True):
    """One finding. `id` is stable while its cause lasts (`rule:entity`), so `since` survives new snapshots.

    `gpus` are the very GPUs it is about, `NODE/INDEX`, where it is about some. The rest is what it hits: `gang_nodes`
    are the other nodes of the jobs it hits, which wait or fail with them; `hits_gpus` counts.
    """

    id: str
    rule: str
    severity: Severity
    entity: str
    title: str
    since: datetime
    evidence: tuple[str, ...] = ()
    gpus: tuple[str, ...] = ()
    hits_nodes: tuple[str, ...] = ()
    hits_gpus: int = 0
    hits_jobs: tuple[str, ...] = ()
    hits_users: tuple[str, ...] = ()
    gang_nodes: tuple[str, ...] = ()
    advice: str = ""
