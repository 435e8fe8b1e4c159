"""Something wrong: how bad, what it is about, how it is known, what it hits and what to do."""

from datetime import datetime

from msgspec import Struct

from backends.model.severity import Severity


class Finding(Struct, frozen=True, kw_only=True):
    """One finding. `id` is stable while its cause lasts (`rule:entity`), so `since` survives new snapshots."""

    id: str
    rule: str
    severity: Severity
    entity: str
    title: str
    since: datetime
    evidence: tuple[str, ...] = ()
    hits_nodes: tuple[str, ...] = ()
    hits_jobs: tuple[str, ...] = ()
    advice: str = ""
