"""Long work: a Task and its monitor for everything that is answered with 202."""

from collections.abc import Callable
from datetime import datetime, timedelta

from backends.simulator.redfish.resource import Body, Outcome, Resource, collection, head, ref, uri

KEPT = 50
_PATH = uri("TaskService", "Tasks")
_MONITORS = uri("TaskService", "TaskMonitors")


class Task:
    """Work that ends at a known time of the pod; `finish` is then done once and gives the final answer."""

    def __init__(self, id_: str, name: str, begun: datetime, ends: datetime, finish: Callable[[], Outcome]) -> None:
        self.id = id_
        self.name = name
        self.begun = begun
        self.ends = ends
        self._finish = finish
        self.outcome: Outcome | None = None

    def bring(self, now: datetime) -> None:
        """Let it end when its time has come."""
        if self.outcome is None and now >= self.ends:
            self.outcome = self._finish()

    def body(self, now: datetime) -> Body:
        """The task resource's body."""
        done = self.outcome is not None
        share = (now - self.begun) / (self.ends - self.begun)
        body: Body = {
            **head(f"{_PATH}/{self.id}", "Task.v1_7_4.Task", self.id, self.name),
            "TaskState": "Completed" if done else "Running",
            "TaskStatus": "OK",
            "PercentComplete": 100 if done else max(0, min(99, int(share * 100))),
            "StartTime": self.begun.isoformat(),
            "TaskMonitor": f"{_MONITORS}/{self.id}",
            "Messages": [],
        }
        if done:
            body["EndTime"] = self.ends.isoformat()
        return body


class Tasks:
    """The tasks of one service. The oldest that are done are forgotten first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._by_id: dict[str, Task] = {}
        self._count = 0

    def begin(self, name: str, takes_s: float, finish: Callable[[], Outcome]) -> Outcome:
        """Begin work; the 202 that tells where to watch it."""
        self._count += 1
        now = self._now()
        task = Task(str(self._count), name, now, now + timedelta(seconds=takes_s), finish)
        self._by_id[task.id] = task
        for old in [each for each in self._by_id.values() if each.outcome][: max(0, len(self._by_id) - KEPT)]:
            del self._by_id[old.id]
        headers = {"Location": f"{_MONITORS}/{task.id}", "Retry-After": "1"}
        return Outcome(status=202, body=task.body(now), headers=headers)

    def bring(self) -> None:
        """Let everything end whose time has come."""
        for task in list(self._by_id.values()):
            task.bring(self._now())

    def monitor(self, path: str) -> Outcome | None:
        """What a task monitor answers: 202 while it runs, then the final answer."""
        before, _, id_ = path.rpartition("/")
        task = self._by_id.get(id_)
        if before != _MONITORS or task is None:
            return None
        self.bring()
        if task.outcome is not None:
            return task.outcome
        return Outcome(status=202, body=task.body(self._now()), headers={"Location": path, "Retry-After": "1"})

    def service(self) -> Resource:
        """The task service."""
        body = head(uri("TaskService"), "TaskService.v1_2_1.TaskService", "TaskService", "Task Service")
        return Resource(
            {
                **body,
                "DateTime": self._now().isoformat(),
                "ServiceEnabled": True,
                "CompletedTaskOverWritePolicy": "Oldest",
                "Status": {"State": "Enabled", "Health": "OK"},
                "Tasks": ref("TaskService", "Tasks"),
            }
        )

    def collection(self) -> Resource:
        """Every task kept."""
        return collection(_PATH, "Task", "Task Collection", [f"{_PATH}/{id_}" for id_ in self._by_id])

    def get(self, id_: str) -> Resource | None:
        """One task."""
        self.bring()
        task = self._by_id.get(id_)
        return Resource(task.body(self._now()), remove=lambda: self._remove(id_)) if task else None

    def _remove(self, id_: str) -> None:
        self._by_id.pop(id_, None)
