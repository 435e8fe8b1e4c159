"""The service root, the pod controller as a Manager, and the documents every client may read."""

import uuid

from backends.simulator.redfish.resource import ROOT, Resource, Value, collection, head, ref, status, uri
from backends.simulator.world import World, stable_id

PRODUCT = "megapod simulated pod controller"
FIRMWARE = "0.1.0"
EXPAND_LEVELS = 2
METADATA = """<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
{includes}  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service">
      <EntityContainer Name="Service" Extends="ServiceRoot.v1_16_1.ServiceContainer"/>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
"""
_SCHEMAS = (
    ("ServiceRoot", "v1_16_1"),
    ("ChassisCollection", ""),
    ("Chassis", "v1_25_1"),
    ("ComputerSystemCollection", ""),
    ("ComputerSystem", "v1_23_1"),
    ("ProcessorCollection", ""),
    ("Processor", "v1_20_1"),
    ("EnvironmentMetrics", "v1_3_1"),
    ("ManagerCollection", ""),
    ("Manager", "v1_20_0"),
    ("SessionService", "v1_1_9"),
    ("SessionCollection", ""),
    ("Session", "v1_7_1"),
)


def service_root(world: World) -> Resource:
    """Where every client begins."""
    return Resource(
        {
            **head(f"{ROOT}/", "ServiceRoot.v1_16_1.ServiceRoot", "RootService", "Root Service"),
            "RedfishVersion": "1.20.0",
            "UUID": str(uuid.UUID(bytes=stable_id(world.shape.seed, world.shape.pod), version=5)),
            "Product": PRODUCT,
            "Vendor": "megapod",
            "ProtocolFeaturesSupported": {
                "ExpandQuery": {
                    "ExpandAll": True,
                    "Levels": True,
                    "Links": True,
                    "MaxLevels": EXPAND_LEVELS,
                    "NoLinks": True,
                },
                "FilterQuery": False,
                "SelectQuery": False,
                "OnlyMemberQuery": False,
            },
            "Chassis": ref("Chassis"),
            "Systems": ref("Systems"),
            "Managers": ref("Managers"),
            "SessionService": ref("SessionService"),
            "Links": {"Sessions": ref("SessionService", "Sessions")},
        }
    )


def odata_document() -> Value:
    """The OData service document."""
    names = ("Chassis", "Systems", "Managers", "SessionService")
    entries: list[Value] = [{"name": name, "kind": "Singleton", "url": uri(name)} for name in names]
    root: Value = {"name": "Service", "kind": "Singleton", "url": f"{ROOT}/"}
    return {"@odata.context": f"{ROOT}/$metadata", "value": [root, *entries]}


def metadata() -> str:
    """The CSDL document that names the schemas in use."""
    includes = ""
    for name, version in _SCHEMAS:
        names = (name, f"{name}.{version}") if version else (name,)
        lines = "".join(f'    <edmx:Include Namespace="{namespace}"/>\n' for namespace in names)
        place = f"http://redfish.dmtf.org/schemas/v1/{name}_v1.xml"
        includes += f'  <edmx:Reference Uri="{place}">\n{lines}  </edmx:Reference>\n'
    return METADATA.format(includes=includes)


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
            "ManagerType": "RackManager",
            "Model": PRODUCT,
            "FirmwareVersion": FIRMWARE,
            "DateTime": now.isoformat(),
            "DateTimeLocalOffset": "+00:00",
            "PowerState": "On",
            "Status": status("OK"),
            "Links": {"ManagerForServers": servers, "ManagerForChassis": racks},
        }
    )
