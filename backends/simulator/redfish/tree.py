"""The map of the service: which path is which resource."""

from collections.abc import Callable

from backends.simulator.redfish import chassis, processors, roles, root, systems, update
from backends.simulator.redfish.controller import Controller
from backends.simulator.redfish.plant.table import TABLE
from backends.simulator.redfish.resource import ROOT, Resource

_Build = Callable[..., Resource | None]
_Table = dict[int, list[tuple[list[str], _Build]]]

_OF_THE_POD: tuple[tuple[str, _Build], ...] = (
    ("", root.service_root),
    ("Chassis", chassis.chassis_collection),
    ("Chassis/*", chassis.chassis),
    ("Chassis/*/EnvironmentMetrics", chassis.environment),
    ("Systems", systems.system_collection),
    ("Systems/*", systems.system),
    ("Systems/*/Processors", processors.processor_collection),
    ("Systems/*/Processors/*", processors.processor),
    ("Systems/*/Processors/*/EnvironmentMetrics", processors.gpu_environment),
    ("Systems/*/Processors/*/ProcessorMetrics", processors.gpu_metrics),
    *TABLE,
    ("Managers", root.manager_collection),
    ("Managers/*", root.manager),
    ("UpdateService", update.service),
    ("UpdateService/FirmwareInventory", update.inventory),
    ("UpdateService/FirmwareInventory/*", update.firmware),
)
_LOGS = "Managers/controller/LogServices"


def _table(rows: tuple[tuple[str, _Build], ...]) -> _Table:
    table: _Table = {}
    for path, build in rows:
        parts = [part for part in path.split("/") if part]
        table.setdefault(len(parts), []).append((parts, build))
    return table


class Tree:
    """Resources by path, as they are at this instant. Nothing is cached: a body is made when it is asked for."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._pod = _table(_OF_THE_POD)
        self._own = _table(self._of_the_controller(controller))

    def find(self, path: str) -> Resource | None:
        """The resource at a path, None where there is none. A trailing slash makes no difference (DSP0266 6.4)."""
        if path != ROOT and not path.startswith(f"{ROOT}/"):
            return None
        parts = [part for part in path.removeprefix(ROOT).rstrip("/").split("/") if part]
        for build, names in _matches(self._own, parts):
            return build(*names)
        for build, names in _matches(self._pod, parts):
            found = build(self._controller.world(), *names)
            return self._controller.settings.over(found) if found else None
        return None

    @staticmethod
    def _of_the_controller(own: Controller) -> tuple[tuple[str, _Build], ...]:
        return (
            ("SessionService", own.sessions.service),
            ("SessionService/Sessions", lambda: own.sessions.collection(own.login())),
            ("SessionService/Sessions/*", own.sessions.get),
            ("AccountService", own.accounts.service),
            ("AccountService/Accounts", own.accounts.collection),
            ("AccountService/Accounts/*", own.accounts.get),
            ("AccountService/Roles", roles.role_collection),
            ("AccountService/Roles/*", roles.role),
            ("EventService", own.subscriptions.service),
            ("EventService/Subscriptions", own.subscriptions.collection),
            ("EventService/Subscriptions/*", own.subscriptions.get),
            ("TaskService", own.tasks.service),
            ("TaskService/Tasks", own.tasks.collection),
            ("TaskService/Tasks/*", own.tasks.get),
            (_LOGS, own.logs.collection),
            (f"{_LOGS}/Events", own.logs.service),
            (f"{_LOGS}/Events/Entries", own.logs.entries),
            (f"{_LOGS}/Events/Entries/*", own.logs.entry),
            ("Systems/*/VirtualMedia", lambda node: own.media.collection(own.world(), node)),
            ("Systems/*/VirtualMedia/*", lambda node, id_: own.media.get(own.world(), node, id_)),
        )


def _matches(table: _Table, parts: list[str]) -> list[tuple[_Build, list[str]]]:
    found = []
    for pattern, build in table.get(len(parts), ()):
        if all(want in ("*", part) for want, part in zip(pattern, parts, strict=True)):
            found.append((build, [part for want, part in zip(pattern, parts, strict=True) if want == "*"]))
    return found
