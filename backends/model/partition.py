"""Partitions and reservations: where work may go, and what is kept free for whom."""

from datetime import datetime

from msgspec import Struct


class Partition(Struct, frozen=True, kw_only=True):
    """A partition (queue). `state` is the scheduler's word (Slurm: UP, DOWN, DRAIN, INACTIVE)."""

    source: str
    name: str
    state: str
    nodes: tuple[str, ...] = ()
    default: bool = False
    time_limit_s: int | None = None


class Reservation(Struct, frozen=True, kw_only=True):
    """Nodes kept for someone or something. `flags` are the scheduler's (`MAINT`, `IGNORE_JOBS`)."""

    source: str
    name: str
    nodes: tuple[str, ...] = ()
    users: str = ""
    flags: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    active: bool = False
