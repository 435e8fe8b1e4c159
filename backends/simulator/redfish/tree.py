"""The map of the service: which path is which resource."""

from collections.abc import Callable

from backends.simulator.redfish import chassis, processors, roles, root, system_log, systems, update, virtual_media
from backends.simulator.redfish.controller import Controller
from backends.simulator.redfish.offers import announced
from backends.simulator.redfish.plant import telemetry
from backends.simulator.redfish.plant.table import TABLE
from backends.simulator.redfish.reach import deaf
from backends.simulator.redfish.resource import ROOT, Resource
from backends.simulator.world import World

_Build = Callable[..., Resource | None]
_Table = dict[int, list[tuple[list[str], _Build]]]


def _report(world: World, name: str) -> Resource | None:
    """A metric report: the one resource that is made of other resources."""
    return telemetry.report(world, name, _in_pod)


_OF_THE_POD: tuple[tuple[str, _Build], ...] = (
    ("", root.service_root),
    ("Chassis", chassis.chassis_collection),
    ("Chassis/*", chassis.chassis),
    ("Chassis/*/EnvironmentMetrics", chassis.environment),
    ("Systems", systems.system_collection),
    ("Systems/*", systems.system),
    ("Systems/*/LogServices", system_log.log_services),
    ("Systems/*/LogServices/*", system_log.log_service),
    ("Systems/*/LogServices/*/Entries", system_log.entries),
    ("Systems/*/LogServices/*/Entries/*", system_log.entry),
    ("Systems/*/VirtualMedia", virtual_media.drives),
    ("Systems/*/VirtualMedia/*", virtual_media.drive),
    ("Systems/*/Processors", processors.processor_collection),
    ("Systems/*/Processors/*", processors.processor),
    ("Systems/*/Processors/*/EnvironmentMetrics", processors.environment),
    ("Systems/*/Processors/*/ProcessorMetrics", processors.metrics),
    *TABLE,
    ("TelemetryService/MetricReports/*", _report),
    ("Managers", root.manager_collection),
    ("Managers/*", root.manager),
    ("UpdateService", update.service),
    ("UpdateService/FirmwareInventory", update.inventory),
    ("UpdateService/FirmwareInventory/*", update.firmware),
    ("UpdateService/SoftwareInventory", update.software_inventory),
    ("UpdateService/SoftwareInventory/*", update.software),
)
_LOGS = "Managers/controller/LogServices"
_NETWORK = "Managers/controller/NetworkProtocol"


def _table(rows: tuple[tuple[str, _Build], ...]) -> _Table:
    table: _Table = {}
    for path, build in rows:
        parts = [part for part in path.split("/") if part]
        table.setdefault(len(parts), []).append((parts, build))
    return table


_POD = _table(_OF_THE_POD)


def _in_pod(world: World, path: str) -> Resource | None:
    """A resource of the pod as the pod gives it: what clients have set is of no measurement."""
    if deaf(world, path):
        return None
    parts = [part for part in path.removeprefix(ROOT).split("/") if part]
    return next((build(world, *names) for build, names in _matches(_POD, parts)), None)


class Tree:
    """Resources by path, as they are at this instant. Nothing is cached: a body is made when it is asked for."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._pod = _POD
        self._own = _table(self._of_the_controller(controller))

    def find(self, path: str) -> Resource | None:
        """The resource at a path, None where there is none. A trailing slash makes no difference (DSP0266 6.4)."""
        found = self._find(path)
        return announced(found) if found else None

    def reach(self, path: str) -> Resource | None:
        """The same for what is put in place of a link (`$expand`): the link stays where a BMC does not answer."""
        return None if deaf(self._controller.world(), path) else self.find(path)

    def _find(self, path: str) -> Resource | None:
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
            ("CertificateService", lambda: own.signing.over(own.certificates.service())),
            ("CertificateService/GenerateCSRActionInfo", own.signing.info),
            ("CertificateService/CertificateLocations", own.certificates.locations),
            ("Managers/*", own.manager),
            ("Managers/controller/EthernetInterfaces", own.network.interfaces),
            ("Managers/controller/EthernetInterfaces/*", lambda id_: own.network.interface(own.world(), id_)),
            (_NETWORK, lambda: own.network.protocol(own.world())),
            (f"{_NETWORK}/HTTPS/Certificates", own.certificates.collection),
            (f"{_NETWORK}/HTTPS/Certificates/*", own.certificates.get),
        )


def _matches(table: _Table, parts: list[str]) -> list[tuple[_Build, list[str]]]:
    found = []
    for pattern, build in table.get(len(parts), ()):
        if all(want in ("*", part) for want, part in zip(pattern, parts, strict=True)):
            found.append((build, [part for want, part in zip(pattern, parts, strict=True) if want == "*"]))
    return found
