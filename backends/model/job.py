"""A job, its gang of nodes, and what it holds."""

from datetime import datetime

from msgspec import Struct


class Job(Struct, frozen=True, kw_only=True):
    """One job, or one array element.

    `state` is the whole compound, upper case, base first. `nodes` is the gang, expanded; `node_set` the same, folded.
    `gpus` counts what it holds (running) or asks for (pending). `gpu_indices` maps a node to the device indices it
    holds there, only where the scheduler says so; a node that is missing from it is "not known", never "none".
    `time_limit_s` is None for unlimited. `name`, `user`, `account` and `pending_reason` are others' text, cleaned.
    """

    source: str
    id: str
    name: str
    user: str
    state: tuple[str, ...]
    account: str = ""
    partition: str = ""
    node_set: str = ""
    nodes: tuple[str, ...] = ()
    node_count: int = 0
    cpus: int = 0
    gpus: int = 0
    gpu_indices: dict[str, tuple[int, ...]] = {}
    pending_reason: str = ""
    submitted_at: datetime | None = None
    started_at: datetime | None = None
    ends_at: datetime | None = None
    time_limit_s: int | None = None

    @property
    def running(self) -> bool:
        """Whether it holds nodes now: running, suspended, configuring or still completing."""
        if not self.nodes:
            return False
        # Slurm's COMPLETING is a flag over the end state (CANCELLED+COMPLETING): the epilog still holds the nodes.
        return "COMPLETING" in self.state or not _HOLDS_NOTHING.intersection(self.state)


_HOLDS_NOTHING = frozenset(
    {
        "PENDING",
        "COMPLETED",
        "CANCELLED",
        "FAILED",
        "TIMEOUT",
        "NODE_FAIL",
        "PREEMPTED",
        "OUT_OF_MEMORY",
        "DEADLINE",
        "BOOT_FAIL",
    }
)
