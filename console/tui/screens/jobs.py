"""Jobs: the queue and what runs."""

from collections.abc import Collection

from backends.model.snapshot import Snapshot
from console.state.kept import Kept
from console.tui.desk import Desk
from console.tui.operations import Operations
from console.tui.screens.table_view import TableView
from console.tui.screens.view import Asked
from console.views import cell as data
from console.views import jobs


class JobsView(TableView):
    """The job table. An action on a job is one on the nodes it holds."""

    TITLE_WORD = "jobs"
    COMMAND = "jobs"
    WAITS_FOR = ("slurm.jobs",)

    def __init__(self, desk: Desk, operations: Operations) -> None:
        super().__init__(desk, operations)
        self._view: Kept[data.View] = Kept()

    def view(self, snapshot: Snapshot) -> data.View:
        """Every job, made anew only where the queue is another."""
        now = self.desk.ages_now()
        return self._view.of((snapshot.jobs, now, *snapshot.trust), lambda: jobs.view(snapshot, now))

    def open(self, key: str) -> None:
        """Its nodes; the job itself while it has none."""
        snapshot = self.desk.snapshot
        job = snapshot.jobs.get(key) if snapshot else None
        self.post_message(Asked("nodes-of-job" if job is not None and job.running else "job", key))

    def entity(self) -> str:
        """The job."""
        return f"job:{self.table.cursor}" if self.table.cursor else ""

    def lit(self) -> Collection[str]:
        """The jobs of the nodes that were selected in the view one comes from."""
        snapshot = self.desk.snapshot
        return frozenset(job.id for name in self.desk.chosen for job in snapshot.jobs_on(name)) if snapshot else ()

    def selection(self) -> tuple[str, ...]:
        """The nodes of the chosen jobs."""
        snapshot = self.desk.snapshot
        held = [snapshot.jobs[key] for key in self.chosen() if key in snapshot.jobs] if snapshot else []
        return tuple(dict.fromkeys(node for job in held if job.running for node in job.nodes))
