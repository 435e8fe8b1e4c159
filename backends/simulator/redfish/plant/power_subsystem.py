"""PowerSubsystem of a chassis, and the power supplies of a shelf with their metrics."""

from backends.simulator.redfish.plant.frame import Frame, frame
from backends.simulator.redfish.plant.state import VERSION, identity, part_location, reading, state
from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, ref, uri
from backends.simulator.shelf import EFFICIENCY, SUPPLIES, Shelf, Supply
from backends.simulator.world import World

_PART = "PowerSubsystem"
BUS_V = 50.0
INPUT_V = 480.0


def power_subsystem(world: World, id_: str) -> Resource | None:
    """What a chassis can draw, and the redundancy of what feeds it: a rack's supplies are those of both shelves."""
    one = frame(world, id_)
    if one is None:
        return None
    shelves = _shelves(world, one)
    capacity_w = sum(shelf.supply_w * SUPPLIES for shelf in shelves) or _drawn_at_most_w(world, one)
    body: Body = {
        **head(uri("Chassis", id_, _PART), "PowerSubsystem.v1_1_4.PowerSubsystem", _PART, f"Power of {id_}"),
        "CapacityWatts": round(capacity_w, 1),
        "PowerSupplies": ref("Chassis", id_, _PART, "PowerSupplies"),
        "Status": state(world, f"Chassis/{id_}/{_PART}", id_ if one.id in world.plant.shelves else ""),
    }
    if shelves:
        body["PowerSupplyRedundancy"] = [redundancy(world, one.rack_number)]
    return Resource(body)


def redundancy(world: World, rack: int) -> Body:
    """The N+N group of a rack: any six of its twelve supplies carry it."""
    shelves = world.plant.shelves_of(rack)
    group: list[Value] = [_psu_ref(shelf, supply) for shelf in shelves for supply in shelf.supplies]
    active: list[Value] = [
        _psu_ref(shelf, supply) for shelf in shelves for supply in shelf.supplies if shelf.delivers(supply)
    ]
    name = world.shape.rack_names[rack - 1]
    health = world.alarms.health(f"Chassis/{name}/PowerSubsystem")
    return {
        "GroupName": f"{name} supplies",
        "RedundancyType": "NPlusM",
        "MinNeededInGroup": SUPPLIES,
        "MaxSupportedInGroup": len(group),
        "RedundancyGroup": group,
        "ActiveRedundancyGroup": active,
        "Status": {"State": "Enabled", "Health": health},
    }


def supply_collection(world: World, id_: str) -> Resource | None:
    """The supplies of a shelf; of a rack, those of its shelves; of anything else, none: the busbar feeds it."""
    one = frame(world, id_)
    if one is None:
        return None
    members = [
        uri("Chassis", shelf.name, _PART, "PowerSupplies", supply.name)
        for shelf in _shelves(world, one)
        for supply in shelf.supplies
    ]
    return collection(uri("Chassis", id_, _PART, "PowerSupplies"), "PowerSupply", f"Supplies of {id_}", members)


def supply(world: World, id_: str, name: str) -> Resource | None:
    """One power supply."""
    found = _find(world, id_, name)
    if found is None:
        return None
    shelf, psu = found
    origin, number = f"Chassis/{id_}/{_PART}/PowerSupplies/{name}", int(name.removeprefix("psu"))
    rack = world.shape.rack_names[shelf.rack - 1]
    outlet = world.plant.pdu_of(shelf.rack)
    own = state(world, origin, word="Enabled" if shelf.delivers(psu) else "UnavailableOffline")
    if not shelf.delivers(psu):
        own["Health"] = own["HealthRollup"] = "Critical"
    return Resource(
        {
            **head(uri(origin), "PowerSupply.v1_7_0.PowerSupply", name, f"Power supply {number} of {id_}"),
            **identity(world, origin, f"{shelf.supply_w:.0f} W supply"),
            "FirmwareVersion": VERSION,
            "Version": VERSION,
            "ProductionDate": "2025-06-01T00:00:00Z",
            "PowerSupplyType": "AC",
            "PowerCapacityWatts": shelf.supply_w,
            "InputNominalVoltageType": "AC480V",
            "InputRanges": [{"NominalVoltageType": "AC480V", "CapacityWatts": shelf.supply_w}],
            "OutputNominalVoltageType": "DC48V",
            "OutputRails": [{"NominalVoltage": 48, "PhysicalContext": "DCBus"}],
            "EfficiencyRatings": [{"LoadPercent": 50, "EfficiencyPercent": 100 * EFFICIENCY}],
            "LineInputStatus": "Normal" if shelf.fed else "LossOfInput",
            "LocationIndicatorActive": False,
            "HotPluggable": True,
            "ElectricalSourceNames": [outlet.name],
            "Location": part_location(f"PSU {number}", number, "Bay"),
            "Metrics": ref(origin, "Metrics"),
            "Status": own,
            "Links": {
                "PowerOutlets": [
                    ref("PowerEquipment", "RackPDUs", outlet.name, "Outlets", outlet.outlets[shelf.number - 1].name)
                ],
                "PoweringChassis": [ref("Chassis", rack)],
            },
        }
    )


def supply_metrics(world: World, id_: str, name: str) -> Resource | None:
    """What one supply takes and gives: its part of the rack's load."""
    found = _find(world, id_, name)
    if found is None:
        return None
    shelf, psu = found
    shelf_w = shelf.share * world.plant.rack_w(shelf.rack)
    out_w = shelf_w / shelf.delivering if shelf.delivers(psu) else 0.0
    in_w, in_v = out_w / EFFICIENCY, INPUT_V if shelf.fed else 0.0
    path = uri("Chassis", id_, _PART, "PowerSupplies", name, "Metrics")
    return Resource(
        {
            **head(path, "PowerSupplyMetrics.v1_2_0.PowerSupplyMetrics", "Metrics", f"Metrics of {name} of {id_}"),
            "InputVoltage": reading(in_v),
            "InputCurrentAmps": reading(in_w / INPUT_V, digits=2),
            "InputPowerWatts": reading(in_w),
            "OutputPowerWatts": reading(out_w),
            "RailVoltage": [reading(BUS_V if out_w else 0.0)],
            "RailCurrentAmps": [reading(out_w / BUS_V)],
            "RailPowerWatts": [reading(out_w)],
            "TemperatureCelsius": reading(31.0 + 24.0 * out_w / shelf.supply_w),
            "FanSpeedsPercent": [reading(30.0 + 50.0 * out_w / shelf.supply_w)],
            "Status": {"State": "Enabled", "Health": "OK"},
        }
    )


def _find(world: World, id_: str, name: str) -> tuple[Shelf, Supply] | None:
    shelf = world.plant.shelves.get(id_)
    return next(((shelf, each) for each in shelf.supplies if each.name == name), None) if shelf else None


def _psu_ref(shelf: Shelf, psu: Supply) -> Body:
    return ref("Chassis", shelf.name, _PART, "PowerSupplies", psu.name)


def _shelves(world: World, one: Frame) -> list[Shelf]:
    if one.kind == "Rack":
        return world.plant.shelves_of(one.rack_number)
    return [world.plant.shelves[one.id]] if one.id in world.plant.shelves else []


def _drawn_at_most_w(world: World, one: Frame) -> float:
    plant, shape = world.plant, world.shape
    if one.kind == "Pod":
        return plant.normal_budget_w
    return plant.rack_peak_w if one.id in plant.pdus else plant.rack_peak_w / shape.nodes_per_rack
