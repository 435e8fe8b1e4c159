"""A liquid-cooled rack in one service, made up from the OCP profiles: every part is found by links."""

import copy

import pytest

from backends.model.measurement import Quantity
from backends.model.node import Power
from backends.model.severity import Severity
from backends.model.topology import Confidence, Kind, Relation

V1 = "/redfish/v1"
OK = {"State": "Enabled", "Health": "OK"}


def link(path):
    return {"@odata.id": f"{V1}{path}"}


def named(id_, name, **more):
    return {"Id": id_, "Name": name, "Status": OK, **more}


def reading(value, sensor=""):
    return {"Reading": value, **({"DataSourceUri": f"{V1}{sensor}"} if sensor else {})}


CDU, SHELF, PDU, SWITCH = (
    "/ThermalEquipment/CDUs/1",
    "/PowerEquipment/PowerShelves/1",
    "/PowerEquipment/RackPDUs/1",
    "/Fabrics/NVL/Switches/S1",
)
RESOURCES = {
    "": named(
        "RootService",
        "Pod",
        Systems=link("/Systems"),
        Chassis=link("/Chassis"),
        ThermalEquipment=link("/ThermalEquipment"),
        PowerEquipment=link("/PowerEquipment"),
        Fabrics=link("/Fabrics"),
        ServiceConditions=link("/ServiceConditions"),
    ),
    "/ServiceConditions": named("ServiceConditions", "Conditions", HealthRollup="OK", Conditions=[]),
    "/Systems/n1": named("n1", "gpu001", PowerState="On", Boot={}, Links={"Chassis": [link("/Chassis/t1")]}),
    "/Chassis/r1": named("r1", "rack-1", ChassisType="Rack"),
    "/Chassis/t1": named("t1", "tray-1", ChassisType="Sled", Links={"ContainedBy": link("/Chassis/r1")}),
    "/Chassis/ps1": named("ps1", "shelf box", ChassisType="Shelf", Links={"ContainedBy": link("/Chassis/r1")})
    | {"PowerSubsystem": link("/Chassis/ps1/PowerSubsystem")},
    "/Chassis/ps1/PowerSubsystem": named("PowerSubsystem", "Power", PowerSupplies=link("/Chassis/ps1/PowerSupplies"))
    | {
        "PowerSupplyRedundancy": [
            {
                "RedundancyType": "NPlusM",
                "MinNeededInGroup": 2,
                "RedundancyGroup": [link("/Chassis/ps1/PowerSupplies/P1"), link("/Chassis/ps1/PowerSupplies/P2")],
            }
        ]
    },
    "/Chassis/ps1/PowerSupplies/P1": named("P1", "PSU 1", LineInputStatus="Normal")
    | {"Links": {"PowerOutlets": [link(f"{PDU}/Outlets/A1")]}},
    "/Chassis/ps1/PowerSupplies/P2": named("P2", "PSU 2", LineInputStatus="Normal"),
    "/ThermalEquipment": named(
        "T", "T", CDUs=link("/ThermalEquipment/CDUs"), CoolingLoops=link("/ThermalEquipment/CoolingLoops")
    ),
    "/ThermalEquipment/CoolingLoops/TCS": named("TCS", "Secondary", ConsumingEquipmentNames=["rack-1"]),
    CDU: named("1", "cdu-1", Model="L6")
    | {
        name: link(f"{CDU}/{name}")
        for name in ("Pumps", "SecondaryCoolantConnectors", "LeakDetection", "Reservoirs", "EnvironmentMetrics")
    },
    f"{CDU}/EnvironmentMetrics": named("E", "E", PowerWatts=reading(640), DewPointCelsius=reading(11)),
    f"{CDU}/Pumps/P1": named("P1", "Pump", PumpSpeedPercent=reading(60)),
    f"{CDU}/Pumps/P2": named("P2", "Pump", PumpSpeedPercent=reading(61)),
    f"{CDU}/Reservoirs/1": named("1", "Tank", FluidLevelPercent=reading(80)),
    f"{CDU}/SecondaryCoolantConnectors/1": named("1", "to the racks")
    | {
        "FlowLitersPerMinute": reading(42),
        "SupplyTemperatureCelsius": reading(29, "/Chassis/r1/Sensors/Supply"),
        "ReturnTemperatureCelsius": reading(None),
        "Links": {"ConnectedCoolingLoop": link("/ThermalEquipment/CoolingLoops/TCS")},
    },
    "/Chassis/r1/Sensors/Supply": named("Supply", "Supply", Reading=29)
    | {"Thresholds": {"UpperCaution": {"Reading": 40}, "UpperCritical": {"Reading": 45}}},
    f"{CDU}/LeakDetection": named("LeakDetection", "Leaks")
    | {
        "LeakDetectorGroups": [
            {
                "GroupName": "under it",
                "Detectors": [
                    {"DataSourceUri": f"{V1}{CDU}/LeakDetection/LeakDetectors/Drip", "DetectorState": "OK"},
                    {"DeviceName": "Rope 1", "DetectorState": "OK"},
                ],
            }
        ]
    },
    "/PowerEquipment": named(
        "P", "P", PowerShelves=link("/PowerEquipment/PowerShelves"), RackPDUs=link("/PowerEquipment/RackPDUs")
    ),
    SHELF: named("1", "shelf-1", Links={"Chassis": [link("/Chassis/ps1")]}),
    PDU: named("1", "pdu-1", Outlets=link(f"{PDU}/Outlets"), Location={"Placement": {"Rack": "rack-1"}}),
    f"{PDU}/Outlets/A1": named("A1", "Outlet A1", PowerState="On", PowerWatts=reading(5000)),
    f"{PDU}/Outlets/A2": named("A2", "Outlet A2", PowerState="On", ElectricalConsumerNames=["tray-1", "who knows"]),
    "/Fabrics/NVL": named("NVL", "NVLink", FabricType="NVLink", Switches=link("/Fabrics/NVL/Switches")),
    SWITCH: named("S1", "Switch", Ports=link(f"{SWITCH}/Ports")),
    f"{SWITCH}/Ports/1": named("1", "Port", LinkStatus="LinkUp")
    | {"Links": {"ConnectedPorts": [link("/Systems/n1/Processors/GPU_0/Ports/0")]}},
    f"{SWITCH}/Ports/2": named("2", "Port", LinkStatus="LinkDown", Links={"ConnectedPorts": [link("/nowhere/at/all")]}),
}


@pytest.fixture
async def plant(serve, hardware, reply):
    """The adapter, the resources it sees (to change), and the server. Collections are made of what is below them."""
    resources = copy.deepcopy(RESOURCES)

    def handler(request):
        path = request.path.removeprefix(V1).rstrip("/")
        if path in resources:
            return reply(200, {"@odata.id": f"{V1}{path}", **resources[path]})
        below = [other for other in resources if other.rpartition("/")[0] == path and path]
        return reply(200, {"Name": path, "Members": [link(other) for other in below]}) if below else reply(404)

    served = await serve(handler)
    return hardware(served.url), resources, served


async def test_every_part_is_found_and_nothing_else(plant):
    adapter, _, _ = plant
    inventory = await adapter.inventory()
    found = {}
    for one in inventory.components:
        found.setdefault(one.kind, []).append(one.id.partition(":")[2])
    assert inventory.errors == ()
    assert {kind: sorted(names) for kind, names in found.items()} == {
        Kind.RACK: ["rack-1"],
        Kind.TRAY: ["rack-1/tray-1"],
        Kind.CDU: ["rack-1/cdu-1"],
        Kind.LOOP: ["rack-1/TCS"],
        Kind.PUMP: ["rack-1/cdu-1/P1", "rack-1/cdu-1/P2"],
        Kind.RESERVOIR: ["rack-1/cdu-1/Tank"],
        Kind.LEAK_DETECTOR: ["rack-1/cdu-1/Drip", "rack-1/cdu-1/Rope 1"],
        Kind.POWER_SHELF: ["rack-1/shelf-1"],
        Kind.POWER_SUPPLY: ["rack-1/shelf-1/P1", "rack-1/shelf-1/P2"],
        Kind.PDU: ["rack-1/pdu-1"],
        Kind.OUTLET: ["rack-1/pdu-1/A1", "rack-1/pdu-1/A2"],
        Kind.NVLINK_DOMAIN: ["rack-1/NVL"],
        Kind.SWITCH: ["rack-1/S1"],
    }
    assert inventory.facts.keys() == {one.id for one in inventory.components}


async def test_edges_say_how_they_are_known(plant):
    adapter, _, _ = plant
    edges = {(edge.source, edge.relation, edge.target): edge.confidence for edge in (await adapter.inventory()).edges}
    known = {
        ("cdu:rack-1/cdu-1", Relation.COOLS, "loop:rack-1/TCS"): Confidence.EXACT,
        ("loop:rack-1/TCS", Relation.COOLS, "rack:rack-1"): Confidence.INFERRED,
        ("outlet:rack-1/pdu-1/A1", Relation.POWERS, "power-supply:rack-1/shelf-1/P1"): Confidence.EXACT,
        ("outlet:rack-1/pdu-1/A2", Relation.POWERS, "tray:rack-1/tray-1"): Confidence.INFERRED,
        ("power-shelf:rack-1/shelf-1", Relation.POWERS, "rack:rack-1"): Confidence.INFERRED,
        ("rack:rack-1", Relation.CONTAINS, "power-shelf:rack-1/shelf-1"): Confidence.EXACT,
        ("rack:rack-1", Relation.CONTAINS, "pdu:rack-1/pdu-1"): Confidence.INFERRED,
        ("nvlink-domain:rack-1/NVL", Relation.CONNECTS, "switch:rack-1/S1"): Confidence.EXACT,
        ("switch:rack-1/S1", Relation.CONNECTS, "node:gpu001"): Confidence.EXACT,
    }
    assert {edge: edges.get(edge) for edge in known} == known
    assert ("pdu:rack-1/pdu-1", Relation.POWERS, "rack:rack-1") not in edges  # its outlets say what they feed


async def test_measurements_have_units_limits_and_no_invented_values(plant):
    adapter, _, _ = plant
    facts = (await adapter.inventory()).facts
    cdu = {(one.quantity, one.label): one for one in facts["cdu:rack-1/cdu-1"].measurements}
    supply = cdu[Quantity.SUPPLY_TEMPERATURE, "secondary"]
    assert (supply.value, supply.high_caution, supply.high_critical, supply.low_critical) == (29, 40, 45, None)
    assert cdu[Quantity.RETURN_TEMPERATURE, "secondary"].value is None
    assert [one.value for one in facts["reservoir:rack-1/cdu-1/Tank"].measurements] == [80]
    assert cdu[Quantity.DEW_POINT, ""].value == 11
    assert (Quantity.SUPPLY_PRESSURE, "secondary") not in cdu
    loop = {one.quantity: one.value for one in facts["loop:rack-1/TCS"].measurements}
    assert loop[Quantity.FLOW] == 42
    assert facts["switch:rack-1/S1"].detail == "1/2 ports up"
    assert facts["outlet:rack-1/pdu-1/A1"].power is Power.ON
    assert facts["power-supply:rack-1/shelf-1/P1"].detail == "Normal"


async def test_what_changes_is_seen_at_the_next_round_and_the_structure_stays(plant):
    adapter, resources, _ = plant
    before = await adapter.inventory()
    resources[f"{CDU}/Pumps/P2"] |= {"PumpSpeedPercent": reading(0), "Status": {"Health": "Critical"}}
    resources[f"{CDU}/SecondaryCoolantConnectors/1"]["SupplyTemperatureCelsius"] = reading(
        46, "/Chassis/r1/Sensors/Supply"
    )
    resources[f"{CDU}/LeakDetection"]["LeakDetectorGroups"][0]["Detectors"][1]["DetectorState"] = "Critical"
    resources[f"{PDU}/Outlets/A1"]["PowerState"] = "Off"
    resources["/Chassis/ps1/PowerSupplies/P1"] |= {"LineInputStatus": "LossOfInput", "Status": {"Health": "Critical"}}
    after = await adapter.inventory()
    pump = after.facts["pump:rack-1/cdu-1/P2"]
    assert (pump.health, pump.measurements[0].value) == (Severity.CRITICAL, 0)
    assert {one.severity for one in after.facts["cdu:rack-1/cdu-1"].measurements} >= {Severity.CRITICAL}
    rope = after.facts["leak-detector:rack-1/cdu-1/Rope 1"]
    assert (rope.health, rope.detail) == (Severity.CRITICAL, "Critical")
    assert after.facts["outlet:rack-1/pdu-1/A1"].power is Power.OFF
    group = after.facts["power-shelf:rack-1/shelf-1"].redundancy[0]
    assert (group.needed, group.health, len(group.members)) == (2, Severity.CRITICAL, 2)
    assert (after.components, after.edges) == (before.components, before.edges)


async def test_condition_names_its_component_and_has_it_read_though_it_is_slow(plant, pauses):
    adapter, resources, served = plant
    await adapter.inventory()
    seen = len(served.seen)
    resources[f"{SWITCH}/Ports/1"]["LinkStatus"] = "LinkDown"
    assert (await adapter.inventory()).facts["switch:rack-1/S1"].detail == "1/2 ports up"
    assert not [one for one in served.seen[seen:] if "/Ports/" in one.path]
    condition = {"Message": "Link \x1b[1mdown.", "Severity": "Warning", "OriginOfCondition": link(f"{SWITCH}/Ports/1")}
    resources["/ServiceConditions"] |= {"HealthRollup": "Warning", "Conditions": [condition, None, "x"]}
    inventory = await adapter.inventory()
    assert [(one.component, one.severity, one.message) for one in inventory.conditions] == [
        ("switch:rack-1/S1", Severity.WARNING, "Link \ufffd[1mdown.")
    ]
    assert inventory.facts["switch:rack-1/S1"].detail == "0/2 ports up"
    resources["/ServiceConditions"] |= {"HealthRollup": "OK", "Conditions": []}
    resources[f"{SWITCH}/Ports/2"]["LinkStatus"] = "LinkUp"
    pauses.now_s += 61
    assert (await adapter.inventory()).facts["switch:rack-1/S1"].detail == "1/2 ports up"


async def test_a_list_of_conditions_that_hides_what_is_wrong_is_not_believed(plant):
    adapter, resources, _ = plant
    resources["/Chassis/t1"]["Status"] = {"Health": "Warning"}
    await adapter.inventory()
    resources["/Chassis/r1"]["Status"] = {"Health": "Critical"}
    assert (await adapter.inventory()).facts["rack:rack-1"].health is Severity.CRITICAL


async def test_part_that_stops_answering_is_unknown(plant):
    adapter, resources, _ = plant
    await adapter.inventory()
    del resources[f"{CDU}/Pumps/P1"]
    pump = (await adapter.inventory()).facts["pump:rack-1/cdu-1/P1"]
    assert (pump.health, pump.measurements) == (Severity.UNKNOWN, ())


@pytest.mark.parametrize("wrong", [None, [], {}, "text", 7, True, [None, 3]])
async def test_any_property_of_the_wrong_type_costs_itself_alone(plant, pauses, wrong):
    adapter, resources, _ = plant
    whole = len((await adapter.inventory()).components)
    for path, body in list(resources.items()):
        if path.startswith((CDU, PDU)):
            resources[path] = {key: wrong if key not in ("Id", "Name") else value for key, value in body.items()}
    inventory = await adapter.inventory()
    assert len(inventory.components) == whole
    assert inventory.errors == ()
    pauses.now_s += 601  # all is discovered again
    inventory = await adapter.inventory()
    assert inventory.facts["cdu:rack-1/cdu-1"].health is Severity.UNKNOWN
    assert inventory.facts["power-shelf:rack-1/shelf-1"].health is Severity.OK
