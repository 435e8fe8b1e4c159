"""The chassis of a pod by id: the pod, its racks, and the trays, switches, shelves, PDUs and units in them."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from backends.simulator.node import SimNode
from backends.simulator.plant import SWITCH_W
from backends.simulator.strikes import tray_name
from backends.simulator.world import World

_TRAY_UNITS_BELOW = 9
_ROOM_C = 24.0


class Frame(Struct, frozen=True, kw_only=True):
    """One chassis. `rack` is the name of the rack it is in, "" outside; `within` the name its alarms roll up by."""

    id: str
    kind: str
    title: str
    model: str
    within: str
    parent: str
    rack: str = ""
    unit: int = 0
    slot: int = 0
    rack_number: int = 0
    node: SimNode | None = None
    power_w: Callable[[], float]
    energy_j: Callable[[], float]
    temp_c: Callable[[], float]


def frame(world: World, id_: str) -> Frame | None:
    """The chassis with this id."""
    plant = world.plant
    if id_ == world.shape.pod:
        return _pod(world)
    if id_ in world.shape.rack_names:
        return _rack(world, world.shape.rack_names.index(id_) + 1)
    if id_ in plant.cdus:
        return _cdu(world, id_)
    for names, make in ((plant.shelves, _shelf), (plant.pdus, _pdu), (plant.switches, _switch)):
        if id_ in names:
            return make(world, id_)
    node = tray_node(world, id_)
    return _tray(world, node) if node else None


def frame_ids(world: World) -> Iterator[str]:
    """Every chassis: the pod, its units, then each rack with what is in it."""
    yield world.shape.pod
    yield from world.plant.cdus
    for rack in range(1, world.shape.racks + 1):
        yield world.shape.rack_names[rack - 1]
        yield from rack_contents(world, rack)


def rack_contents(world: World, rack: int) -> list[str]:
    """What a rack, counted from 1, contains."""
    plant = world.plant
    trays = [tray_name(node) for node in world.racks[rack - 1]]
    switches = [switch.name for switch in plant.switches_of(rack)]
    return [*trays, *switches, *(shelf.name for shelf in plant.shelves_of(rack)), plant.pdu_of(rack).name]


def tray_node(world: World, id_: str) -> SimNode | None:
    """The node in a tray."""
    before, mark, slot = id_.rpartition("-t")
    return world.nodes.get(f"{before}-n{slot}") if mark else None


def _pod(world: World) -> Frame:
    plant, name = world.plant, world.shape.pod
    racks = range(1, world.shape.racks + 1)
    return Frame(
        id=name,
        kind="Pod",
        title=f"Simulated pod {name}",
        model="MP-2",
        within=name,
        parent="",
        power_w=plant.pod_w,
        energy_j=plant.pod_j,
        temp_c=lambda: max(plant.coolant(rack).supply_c for rack in racks),
    )


def _rack(world: World, rack: int) -> Frame:
    plant, name = world.plant, world.shape.rack_names[rack - 1]
    return Frame(
        id=name,
        kind="Rack",
        title=f"Liquid-cooled rack {name}",
        model="NVL72",
        within=name,
        parent=world.shape.pod,
        rack=name,
        rack_number=rack,
        power_w=lambda: plant.rack_w(rack),
        energy_j=lambda: plant.rack_j(rack),
        temp_c=lambda: plant.coolant(rack).supply_c,
    )


def _tray(world: World, node: SimNode) -> Frame:
    rack = world.shape.rack_names[node.rack - 1]
    return Frame(
        id=tray_name(node),
        kind="Sled",
        title=f"Compute tray {tray_name(node)}",
        model="GB300 compute tray",
        within=node.name,
        parent=rack,
        rack=rack,
        unit=_TRAY_UNITS_BELOW + node.slot,
        slot=node.slot,
        rack_number=node.rack,
        node=node,
        power_w=lambda: node.power_w(world.now_s),
        energy_j=lambda: node.energy_j(world.now_s),
        temp_c=lambda: world.plant.coolant(node.rack).supply_c,
    )


def _switch(world: World, name: str) -> Frame:
    plant = world.plant
    switch = plant.switches[name]
    rack = world.shape.rack_names[switch.rack - 1]
    return Frame(
        id=name,
        kind="Sled",
        title=f"NVLink switch tray {name}",
        model="NVLink switch tray",
        within=name,
        parent=rack,
        rack=rack,
        unit=_TRAY_UNITS_BELOW + world.shape.nodes_per_rack + switch.index + 1,
        slot=world.shape.nodes_per_rack + switch.index + 1,
        rack_number=switch.rack,
        power_w=lambda: SWITCH_W if plant.lit(switch.rack) else 0.0,
        energy_j=lambda: plant.switch_j(switch.rack),
        temp_c=lambda: plant.coolant(switch.rack).supply_c,
    )


def _shelf(world: World, name: str) -> Frame:
    plant = world.plant
    shelf = plant.shelves[name]
    rack = world.shape.rack_names[shelf.rack - 1]
    return Frame(
        id=name,
        kind="Shelf",
        title=f"Power shelf {name}",
        model="Power shelf, 6 supplies",
        within=name,
        parent=rack,
        rack=rack,
        unit=2 * shelf.number,
        slot=shelf.number,
        rack_number=shelf.rack,
        power_w=lambda: plant.shelf_w(shelf),
        energy_j=lambda: plant.shelf_j(shelf),
        temp_c=lambda: 31.0 + 16.0 * shelf.share,
    )


def _pdu(world: World, name: str) -> Frame:
    plant, pdu = world.plant, world.plant.pdus[name]
    rack = world.shape.rack_names[pdu.rack - 1]
    shelves = plant.shelves_of(pdu.rack)
    return Frame(
        id=name,
        kind="PowerStrip",
        title=f"Rack PDU {name}",
        model="Rack PDU, 2 outlets",
        within=name,
        parent=rack,
        rack=rack,
        slot=1,
        rack_number=pdu.rack,
        power_w=lambda: sum(map(plant.shelf_w, shelves)),
        energy_j=lambda: sum(map(plant.shelf_j, shelves)),
        temp_c=lambda: 27.0,
    )


def _cdu(world: World, name: str) -> Frame:
    cdu = world.plant.cdus[name]
    return Frame(
        id=name,
        kind="RackMount",
        title=f"Coolant distribution unit {name}",
        model="CDU-1350",
        within=name,
        parent=world.shape.pod,
        power_w=cdu.power_w,
        energy_j=lambda: cdu.energy_j(world.now_s),
        temp_c=lambda: _ROOM_C,
    )
