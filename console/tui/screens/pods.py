"""The fleet: every pod of the config, how each is and how well we hear it, and the way to it."""

from collections.abc import Mapping

from backends.model.snapshot import Snapshot
from console.tui.screens.table_view import TableView
from console.tui.screens.view import Asked
from console.views import cell as data
from console.views import pods


class PodsView(TableView):
    """One line a pod; enter goes there."""

    TITLE_WORD = "fleet"
    COMMAND = "pods"
    WAITS_FOR = ("slurm", "redfish")

    def view(self, snapshot: Snapshot) -> data.View:  # noqa: ARG002 - all of them
        """Every pod."""
        return pods.view(self.desk.snapshots.values(), self.desk.ages_now())

    def things(self) -> Mapping[str, object]:
        """Every pod, not only the one on the desk."""
        return self.desk.snapshots

    def open(self, key: str) -> None:
        """To this pod."""
        self.post_message(Asked("pod", key))
