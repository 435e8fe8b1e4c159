"""Power distribution by its links: shelves with their supplies, PDUs with their outlets.

DSP0268 PowerEquipment v1.2, PowerDistribution v1.6, Outlet v1.5, PowerSubsystem v1.1, PowerSupply v1.7.
"""

from backends.model.topology import Confidence, Kind, Relation
from backends.redfish.concurrency import gather
from backends.redfish.parts import Named, Plant, Sight
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.views import CIRCUIT, DISTRIBUTION, ENVIRONMENT, OUTLET, POWER_SUBSYSTEM, SUPPLY, SUPPLY_METRICS

_KINDS = {
    "PowerShelves": Kind.POWER_SHELF,
    "RackPDUs": Kind.PDU,
    "FloorPDUs": Kind.PDU,
    "ElectricalBuses": Kind.PDU,
    "TransferSwitches": Kind.PDU,
    "Switchgear": Kind.PDU,
}
_INCOMING = frozenset({"Mains"})
_CIRCUITS = ("Mains", "Branches", "Feeders", "Subfeeds")


async def find_power(round_: Round, plant: Plant, equipment: str) -> None:
    """Everything below a PowerEquipment that feeds racks."""
    top = await round_.resource(equipment)
    if top is None:
        return
    found = await gather(*(round_.resources(top.link(kind)) for kind in _KINDS))
    await gather(
        *(
            _distribution(round_, plant, kind, one)
            for kind, members in zip(_KINDS.values(), found, strict=True)
            for one in members.values()
        )
    )


async def find_power_subsystem(round_: Round, plant: Plant, top: Resource, owner: str) -> None:
    """The supplies of a shelf or a tray, with what is said of their redundancy and capacity."""
    plant.seen(top)
    supplies = await round_.resources(top.link("PowerSupplies"))
    if supplies or top.look("PowerSupplyRedundancy") or top.look("CapacityWatts"):
        plant.look(owner, Sight(top.path, POWER_SUBSYSTEM))
    await add_supplies(round_, plant, supplies, owner)


async def add_supplies(round_: Round, plant: Plant, supplies: dict[str, Resource], owner: str) -> None:
    """Supplies and their metrics. Members without a resource of their own are none."""
    metrics = await gather(*(round_.resource(one.link("Metrics")) for one in supplies.values()))
    for one, measured in zip(supplies.values(), metrics, strict=True):
        if one.path in plant.by_path:
            continue
        sights = (Sight(measured.path, SUPPLY_METRICS),) if measured else ()
        if measured:
            plant.seen(measured)
        id_ = plant.add(Kind.POWER_SUPPLY, one, inside=owner, view=SUPPLY, sights=sights)
        for outlet in (*one.links("Links/PowerOutlets"), *one.links("Links/Outlet")):
            plant.tie(outlet, id_, Relation.POWERS)
        for chassis in one.links("Links/PoweringChassis"):
            plant.tie(id_, chassis, Relation.POWERS)


async def _distribution(round_: Round, plant: Plant, kind: Kind, one: Resource) -> None:
    metrics = one.link("Metrics")
    id_ = plant.add(kind, one, view=DISTRIBUTION, sights=(Sight(metrics, ENVIRONMENT),) if metrics else ())
    plant.standing_for(one, id_)
    rack = one.text("Location/Placement/Rack")
    if rack:
        plant.tie(f"rack:{rack}", id_, Relation.CONTAINS, Confidence.INFERRED)
    if measured := await round_.resource(metrics):
        plant.seen(measured)
    outlets, supplies = await gather(round_.resources(one.link("Outlets")), round_.resources(one.link("PowerSupplies")))
    circuits = await gather(*(round_.resources(one.link(name)) for name in _CIRCUITS))
    for name, members in zip(_CIRCUITS, circuits, strict=True):
        for circuit in members.values():
            _circuit(plant, circuit, id_, incoming=name in _INCOMING)
    for outlet in outlets.values():
        _outlet(plant, outlet, id_)
    await add_supplies(round_, plant, supplies, id_)


def _circuit(plant: Plant, one: Resource, owner: str, *, incoming: bool) -> None:
    """A mains input, or a branch with its breaker. Links may lead to another service, or to a manager's page."""
    id_ = plant.add(Kind.CIRCUIT, one, inside=owner, view=CIRCUIT)
    plant.tie(*((id_, owner) if incoming else (owner, id_)), Relation.POWERS)
    for source in (*one.links("Links/SourceCircuit"), *one.links("Links/PowerOutlet")):
        plant.tie(source, id_, Relation.POWERS)
    for far in (*one.links("Links/DistributionCircuits"), *one.links("Links/Outlets")):
        plant.tie(id_, far, Relation.POWERS)
    plant.named.append(Named(id_, one.texts("ElectricalSourceName"), Relation.POWERS, feeds=True))
    plant.named.append(Named(id_, one.texts("ElectricalConsumerNames"), Relation.POWERS, feeds=False))


def _outlet(plant: Plant, one: Resource, owner: str) -> None:
    id_ = plant.add(Kind.OUTLET, one, inside=owner, view=OUTLET)
    plant.tie(owner, id_, Relation.POWERS)
    for branch in one.links("Links/BranchCircuit"):
        plant.tie(branch, id_, Relation.POWERS)
    for far in (*one.links("Links/Chassis"), *one.links("Links/PowerSupplies")):
        plant.tie(id_, far, Relation.POWERS)
    plant.named.append(Named(id_, one.texts("ElectricalConsumerNames"), Relation.POWERS, feeds=False))
