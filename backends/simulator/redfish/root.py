"""The service root, and the pod controller as a Manager."""

import uuid

from backends.simulator.redfish.network import manager_identity
from backends.simulator.redfish.plant.table import ROOTS
from backends.simulator.redfish.query import FEATURES
from backends.simulator.redfish.resource import ROOT, Resource, Value, collection, head, ref, status, uri
from backends.simulator.redfish.update import CONTROLLER
from backends.simulator.world import World, stable_id

PRODUCT = "megapod simulated pod controller"
SERVICES = (
    "AccountService",
    "CertificateService",
    "Chassis",
    "EventService",
    "Managers",
    "SessionService",
    "Systems",
    "UpdateService",
)


def service_root(world: World) -> Resource:
    """Where every client begins."""
    return Resource(
        {
            **head(f"{ROOT}/", "ServiceRoot.v1_21_0.ServiceRoot", "RootService", "Root Service"),
            "RedfishVersion": "1.20.0",
            "UUID": str(uuid.UUID(bytes=stable_id(world.shape.seed, world.shape.pod), version=5)),
            "Product": PRODUCT,
            "Vendor": "megapod",
            "ProtocolFeaturesSupported": FEATURES,
            **{name: ref(name) for name in (*SERVICES, *ROOTS)},
            "Tasks": ref("TaskService"),
            "Links": {"Sessions": ref("SessionService", "Sessions")},
        }
    )


def manager_collection(_world: World) -> Resource:
    """The pod controller, alone."""
    return collection(uri("Managers"), "Manager", "Manager Collection", [uri("Managers", "controller")])


def manager(world: World, id_: str) -> Resource | None:
    """The pod controller."""
    if id_ != "controller":
        return None
    now = world.wall(world.now_s)
    servers: list[Value] = [ref("Systems", name) for name in world.nodes]
    racks: list[Value] = [ref("Chassis", name) for name in (world.shape.pod, *world.shape.rack_names)]
    return Resource(
        {
            **head(uri("Managers", id_), "Manager.v1_20_0.Manager", id_, "Pod controller"),
            "Description": "The controller of the whole pod",
            "ManagerType": "RackManager",
            "Model": PRODUCT,
            "FirmwareVersion": CONTROLLER,
            "DateTime": now.isoformat(),
            "DateTimeLocalOffset": "+00:00",
            "LocationIndicatorActive": False,
            "LogServices": ref("Managers", id_, "LogServices"),
            "NetworkProtocol": ref("Managers", id_, "NetworkProtocol"),
            "PowerState": "On",
            "Status": status("OK"),
            **manager_identity(world),
            "Links": {"ManagerForServers": servers, "ManagerForChassis": racks},
        }
    )
