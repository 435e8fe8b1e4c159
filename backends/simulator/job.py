"""One simulated job, from submission to its record's expiry."""

from msgspec import Struct


class JobRequest(Struct, frozen=True, kw_only=True):
    """What a user asks for, and what will become of it: `runs_s` is how long it really runs, `outcome` how it ends."""

    name: str
    user: str
    account: str
    partition: str
    node_count: int
    gpus_per_node: int
    limit_s: int
    runs_s: int
    outcome: str
    load: float


class SimJob:
    """A job in the queue. Times are simulated seconds; `nodes` and `node_set` are empty until it starts.

    `turn` counts its starts, so that what was planned for a start that failed does not happen to the next; `plan`
    counts the ends that were planned. `done_s` is the work done until `paced_s`, since when it goes at `pace`.
    """

    def __init__(self, number: int, request: JobRequest, submitted_s: float) -> None:
        self.number = number
        self.request = request
        self.submitted_s = submitted_s
        self.eligible_s = submitted_s
        self.started_s: float | None = None
        self.ended_s: float | None = None
        self.state = "PENDING"
        self.reason = "None"
        self.nodes: tuple[str, ...] = ()
        self.node_set = ""
        self.indices: dict[str, tuple[int, ...]] = {}
        self.restarts = 0
        self.turn = 0
        self.plan = 0
        self.pace = 1.0
        self.paced_s = 0.0
        self.done_s = 0.0

    @property
    def priority(self) -> int:
        """Older is higher, as with Slurm's default scheduler."""
        return 4_294_901_760 - self.number

    @property
    def gpus(self) -> int:
        """GPUs over the whole gang."""
        return self.request.node_count * self.request.gpus_per_node

    def run_time_s(self, now_s: float) -> int:
        """How long it has run, whole seconds; 0 before it starts."""
        if self.started_s is None:
            return 0
        return max(0, int((self.ended_s if self.ended_s is not None else now_s) - self.started_s))
