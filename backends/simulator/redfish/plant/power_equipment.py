"""PowerEquipment: power shelves and rack PDUs with their mains, branches, outlets and metrics."""

from msgspec import Struct

from backends.simulator.redfish.offers import actions_body
from backends.simulator.redfish.plant.frame import Frame, frame
from backends.simulator.redfish.plant.metering import chassis_energy, energy, reset_chassis
from backends.simulator.redfish.plant.power_subsystem import BUS_V, INPUT_V, redundancy
from backends.simulator.redfish.plant.relay import relay
from backends.simulator.redfish.plant.state import VERSION, identifier, identity, placement, reading, state
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Resource,
    Value,
    collection,
    head,
    ref,
    uri,
)
from backends.simulator.shelf import EFFICIENCY, SUPPLIES
from backends.simulator.world import World

_PATH = "PowerEquipment"
_TYPES = {"PowerShelves": "PowerShelf", "RackPDUs": "RackPDU"}
_MAINS = "A"


class Feed(Struct, frozen=True, kw_only=True):
    """A line of a shelf or a PDU at one instant: a main, a branch or an outlet."""

    watts: float
    joules: float
    volts: float
    rated_amps: float
    on: bool = True


def power_equipment(world: World) -> Resource:
    """The shelves and PDUs of the pod."""
    return Resource(
        {
            **head(uri(_PATH), "PowerEquipment.v1_2_3.PowerEquipment", _PATH, "Power"),
            "PowerShelves": ref(_PATH, "PowerShelves"),
            "RackPDUs": ref(_PATH, "RackPDUs"),
            "Status": state(world, _PATH, world.shape.pod),
            "Links": {"ManagedBy": [ref("Managers", "controller")]},
        }
    )


def distribution_collection(world: World, kind: str) -> Resource | None:
    """The shelves, or the PDUs."""
    if kind not in _TYPES:
        return None
    names = _equipment(world, kind)
    return collection(uri(_PATH, kind), "PowerDistribution", kind, [uri(_PATH, kind, name) for name in names])


def distribution(world: World, kind: str, name: str) -> Resource | None:
    """One shelf or PDU."""
    one = _frame(world, kind, name)
    if one is None:
        return None
    body: Body = {
        **head(uri(_PATH, kind, name), "PowerDistribution.v1_6_0.PowerDistribution", name, one.title),
        **identity(world, name, one.model),
        "EquipmentType": _TYPES[kind],
        "FirmwareVersion": VERSION,
        "Version": VERSION,
        "ProductionDate": "2025-06-01T00:00:00Z",
        "UUID": identifier(world, name),
        "UserLabel": name,
        "Location": placement(one.rack, one.unit),
        "Mains": ref(_PATH, kind, name, "Mains"),
        "Branches": ref(_PATH, kind, name, "Branches"),
        "Outlets": ref(_PATH, kind, name, "Outlets"),
        "Metrics": ref(_PATH, kind, name, "Metrics"),
        "Status": state(world, f"{_PATH}/{kind}/{name}", name),
        "Links": {"Chassis": [ref("Chassis", name)], "ManagedBy": [ref("Managers", "controller")]},
    }
    if kind == "PowerShelves":
        body["PowerSupplies"] = ref("Chassis", name, "PowerSubsystem", "PowerSupplies")
        body["PowerSupplyRedundancy"] = [redundancy(world, one.rack_number)]
    return Resource(body)


def metrics(world: World, kind: str, name: str) -> Resource | None:
    """What goes through it."""
    one = _frame(world, kind, name)
    if one is None:
        return None
    path = uri(_PATH, kind, name, "Metrics")
    rating_w = world.plant.shelves_of(one.rack_number)[0].supply_w * SUPPLIES
    actions = {"PowerDistributionMetrics.ResetMetrics": reset_chassis(world, name)}
    return Resource(
        {
            **head(path, "PowerDistributionMetrics.v1_4_0.PowerDistributionMetrics", "Metrics", f"Metrics of {name}"),
            "PowerWatts": reading(one.power_w(), f"Chassis/{name}/Sensors/Power"),
            "EnergykWh": chassis_energy(world, one),
            "TemperatureCelsius": reading(one.temp_c(), f"Chassis/{name}/Sensors/Temperature"),
            "PowerLoadPercent": reading(100 * one.power_w() * EFFICIENCY / rating_w),
            **actions_body(path, actions),
        },
        actions=actions,
    )


def line_collection(world: World, kind: str, name: str, lines: str) -> Resource | None:
    """Its mains, branches or outlets."""
    one = _frame(world, kind, name)
    if one is None or lines not in ("Mains", "Branches", "Outlets"):
        return None
    schema = "Outlet" if lines == "Outlets" else "Circuit"
    members = [uri(_PATH, kind, name, lines, id_) for id_ in _names(world, kind, name, lines)]
    return collection(uri(_PATH, kind, name, lines), schema, f"{lines} of {name}", members)


def circuit(world: World, kind: str, name: str, lines: str, id_: str) -> Resource | None:
    """A main (what comes in), or a branch (what goes to outlets); for `Outlets`, an outlet."""
    one = _frame(world, kind, name)
    if one is None or id_ not in _names(world, kind, name, lines):
        return None
    if lines == "Outlets":
        return _outlet(world, kind, one, id_)
    mains = lines == "Mains"
    origin = f"{_PATH}/{kind}/{name}/{lines}/{id_}"
    feed = _feed(world, kind, one, id_, dc=not mains and kind == "PowerShelves")
    actions = {"Circuit.ResetMetrics": _reset(world, origin, feed)}
    body: Body = {
        **head(uri(origin), "Circuit.v1_9_0.Circuit", id_, f"{'Main' if mains else 'Branch'} {id_} of {name}"),
        **_electrical(world, origin, feed, dc=feed.volts == BUS_V),
        **actions_body(uri(origin), actions),
        "CircuitType": "Mains" if mains else "Branch",
        "CriticalCircuit": True,
        "BreakerState": "Normal",
        "UserLabel": f"{name} {id_}",
        "Status": state(world, origin),
    }
    if mains:
        leads = _names(world, kind, name, "Branches")
        branches: list[Value] = [ref(_PATH, kind, name, "Branches", lead) for lead in leads]
        body["ElectricalSourceName"] = f"Facility feed {id_}"
        body["Links"] = {"DistributionCircuits": branches}
        if kind == "PowerShelves":
            pdu = world.plant.pdu_of(one.rack_number)
            body["ElectricalSourceName"] = pdu.name
            body["Links"] = {"PowerOutlet": ref(_PATH, "RackPDUs", pdu.name, "Outlets", pdu.outlets[one.slot - 1].name)}
    else:
        body["PowerRestorePolicy"] = "AlwaysOn"
        outlet = id_ if kind == "RackPDUs" else "bus"
        body["Links"] = {
            "Outlets": [ref(_PATH, kind, name, "Outlets", outlet)],
            "SourceCircuit": ref(_PATH, kind, name, "Mains", _MAINS),
        }
    return Resource(body, actions=actions)


def _outlet(world: World, kind: str, one: Frame, id_: str) -> Resource:
    origin = f"{_PATH}/{kind}/{one.id}/Outlets/{id_}"
    dc = kind == "PowerShelves"
    feed = _feed(world, kind, one, id_, dc=dc)
    shelf = None if dc else world.plant.shelves_of(one.rack_number)[int(id_.removeprefix("outlet")) - 1]
    links: Body = {"BranchCircuit": ref(_PATH, kind, one.id, "Branches", id_)}
    if shelf:
        links["Chassis"] = [ref("Chassis", shelf.name)]
        links["PowerSupplies"] = [
            ref("Chassis", shelf.name, "PowerSubsystem", "PowerSupplies", psu.name) for psu in shelf.supplies
        ]
    else:
        links["Chassis"] = [ref("Chassis", one.rack)]
    own, actions, writes = relay(world, one.id, id_) if shelf else ({}, {}, {})
    actions["Outlet.ResetMetrics"] = _reset(world, origin, feed)
    return Resource(
        {
            **head(uri(origin), "Outlet.v1_5_0.Outlet", id_, f"Outlet {id_} of {one.id}"),
            **_electrical(world, origin, feed, dc=dc),
            **own,
            **actions_body(uri(origin), actions),
            "OutletType": "BusConnection",
            "PowerRestorePolicy": "AlwaysOn",
            "ElectricalConsumerNames": [shelf.name if shelf else one.rack],
            "UserLabel": f"{one.id} {id_}",
            "Status": state(world, origin),
            "Links": links,
        },
        actions=actions,
        writes=writes,
    )


def _reset(world: World, origin: str, feed: Feed) -> Action:
    def run(_asked: Body) -> Outcome:
        world.plant.meters.reset(origin, feed.joules, feed.watts)
        return Outcome()

    return Action(run=run)


def _electrical(world: World, origin: str, feed: Feed, *, dc: bool) -> Body:
    """What an outlet and a circuit have in common."""
    return {
        "ElectricalContext": "Total",
        "PhaseWiringType": "OnePhase3Wire" if dc else "ThreePhase4Wire",
        "VoltageType": "DC" if dc else "AC",
        "NominalVoltage": "DC48V" if dc else "AC480V",
        "RatedCurrentAmps": round(feed.rated_amps, 1),
        "PowerState": "On" if feed.on else "Off",
        "PowerEnabled": feed.on,
        "Voltage": reading(feed.volts if feed.on else 0.0),
        "CurrentAmps": reading(feed.watts / feed.volts, digits=2),
        "PowerWatts": reading(feed.watts),
        "EnergykWh": energy(world, origin, feed.joules),
    }


def _feed(world: World, kind: str, one: Frame, id_: str, *, dc: bool) -> Feed:
    shelves = world.plant.shelves_of(one.rack_number)
    rating_w = shelves[0].supply_w * SUPPLIES
    watts, joules, on = one.power_w(), one.energy_j(), True
    if kind == "RackPDUs" and id_ != _MAINS:
        shelf = shelves[int(id_.removeprefix("outlet")) - 1]
        through = frame(world, shelf.name)
        watts, joules = (through.power_w(), through.energy_j()) if through else (0.0, 0.0)
        on = shelf.fed
    elif kind == "PowerShelves" and not dc:
        on = shelves[one.slot - 1].fed
    share = EFFICIENCY if dc else 1.0
    volts = BUS_V if dc else INPUT_V
    return Feed(watts=watts * share, joules=joules * share, volts=volts, rated_amps=1.25 * rating_w / volts, on=on)


def _names(world: World, kind: str, name: str, lines: str) -> list[str]:
    if lines == "Mains":
        return [_MAINS]
    if lines not in ("Branches", "Outlets"):
        return []
    return [outlet.name for outlet in world.plant.pdus[name].outlets] if kind == "RackPDUs" else ["bus"]


def _frame(world: World, kind: str, name: str) -> Frame | None:
    return frame(world, name) if name in _equipment(world, kind) else None


def _equipment(world: World, kind: str) -> tuple[str, ...]:
    names = {"PowerShelves": tuple(world.plant.shelves), "RackPDUs": tuple(world.plant.pdus)}
    return names.get(kind, ())
