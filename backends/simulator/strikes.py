"""What each fault does when it strikes, and when it is mended (`on` is False): the state it changes, and nothing else.

Everything that follows (flow, heat, throttling, slow jobs, requeues) is the world's own doing.
"""

from functools import partial
from typing import Protocol

from backends.simulator.cooling import Cdu
from backends.simulator.gpu import SimGpu
from backends.simulator.node import SimNode
from backends.simulator.plant import gpu_origin
from backends.simulator.power import Reset
from backends.simulator.world import World

_HOT_C = 32.0
_CURTAILED = 0.8


class Strike(Protocol):
    """Changes the world when a fault strikes (`on`) or is mended."""

    def __call__(self, world: World, target: str, *, on: bool) -> None:
        """Do it."""


def tray_name(node: SimNode) -> str:
    """The tray of a node: `austin-r1-t01`."""
    return node.tray


def _level(*, on: bool, bad: str = "Critical") -> str:
    return bad if on else "OK"


def _node_off(world: World, target: str, *, on: bool) -> None:
    node = world.nodes[target]
    message = f"{target} lost its power"
    origin = f"Chassis/{tray_name(node)}"
    world.alarms.set(origin, "power", _level(on=on), message, world.plant.within(node))
    if on:
        world.power.lose(node)
    else:
        world.power.reset(node, Reset.ON)


def _never_boots(world: World, target: str, *, on: bool) -> None:
    node = world.nodes[target]
    node.stuck = on
    if on:
        world.power.reset(node, Reset.FORCE_RESTART)
    else:
        world.power.watch_again(node)


def _bmc_node_hang(world: World, target: str, *, on: bool) -> None:
    world.nodes[target].deaf = on


def _thermal(world: World, target: str, *, on: bool) -> None:
    rack = world.shape.rack_names.index(target) + 1
    world.plant.extra_c[rack - 1] = _HOT_C if on else 0.0
    message = f"Coolant reaches {target} {_HOT_C:g} °C too warm"
    world.alarms.set(f"Chassis/{target}", "coolant", _level(on=on), message, (target, world.shape.pod))
    world.plant.refresh_rack(rack)


def _gpu(world: World, target: str) -> tuple[SimNode, SimGpu]:
    name, _, index = target.partition("/")
    node = world.nodes[name]
    return node, node.gpus[int(index.partition("/")[0] or 0)]


def _gpu_fault(fault: str, world: World, target: str, *, on: bool) -> None:
    node, gpu = _gpu(world, target)
    gpu.fault = fault if on else ""
    what = "fell off the bus (Xid 79)" if fault == "lost" else "reported an uncorrectable error (Xid 95)"
    message = f"GPU {gpu.index} of {node.name} {what}"
    world.alarms.set(gpu_origin(node, gpu), fault, _level(on=on), message, world.plant.within(node))
    if on:
        world.fail_jobs_on(gpu)
    world.refresh_heat(node)


def _gpu_ecc(world: World, target: str, *, on: bool) -> None:
    node, gpu = _gpu(world, target)
    message = f"Memory of GPU {gpu.index} of {node.name} has uncorrectable ECC errors"
    origin = f"Systems/{node.name}/Memory/GPU_{gpu.index}_DRAM_0"
    for at in (origin, gpu_origin(node, gpu)):
        world.alarms.set(at, "ecc", _level(on=on, bad="Warning"), message, world.plant.within(node))
    if on:
        gpu.spoil(world.now_s)
        world.fail_jobs_on(gpu)
    else:
        gpu.remap(world.now_s)


def _nvlink(world: World, target: str, *, on: bool) -> None:
    node, gpu = _gpu(world, target)
    parts = target.split("/")
    link = int(parts[2]) if len(parts) > 2 else 0
    if on:
        gpu.links_down.add(link)
        gpu.link_downs[link] = gpu.link_downs.get(link, 0) + 1
    else:
        gpu.links_down.discard(link)
    message = f"NVLink {link} of GPU {gpu.index} of {node.name} is down"
    origin = f"{gpu_origin(node, gpu)}/Ports/NVLink_{link}"
    world.alarms.set(origin, "link", _level(on=on), message, world.plant.within(node))
    world.alarms.set(
        gpu_origin(node, gpu), "link", _level(on=bool(gpu.links_down), bad="Warning"), message, world.plant.within(node)
    )
    world.refresh_heat(node)


def _cdu_leak(world: World, target: str, *, on: bool) -> None:
    world.plant.leaks.wet(target, on=on)
    world.plant.cdus[target].leak(on=on)


def _tray_leak(world: World, target: str, *, on: bool) -> None:
    node = world.nodes[target]
    node.leaking = on
    world.plant.leaks.wet(target, on=on)
    if not on:
        world.power.reset(node, Reset.ON)


def _pump_fail(world: World, target: str, *, on: bool) -> None:
    name, _, number = target.partition("/")
    cdu = world.plant.cdus[name]
    next(pump for pump in cdu.pumps if pump.name == number).failed = on
    _cdu_alarm(world, name, f"Pumps/{number}", "pump", f"Pump {number} of {name} stopped", on=on)
    cdu.change()


def _flow_low(world: World, target: str, *, on: bool) -> None:
    cdu: Cdu = world.plant.cdus[target]
    cdu.clogged = on
    _cdu_alarm(world, target, "Filters/1", "filter", f"The filter of {target} is clogged", on=on)
    cdu.change()


def _cdu_alarm(world: World, name: str, part: str, topic: str, message: str, *, on: bool) -> None:
    origin = f"ThermalEquipment/CDUs/{name}/{part}"
    world.alarms.set(origin, topic, _level(on=on), message, (name, world.shape.pod))


def _psu_lost(world: World, target: str, *, on: bool) -> None:
    name, _, number = target.partition("/")
    shelf = world.plant.shelves[name]
    next(supply for supply in shelf.supplies if supply.name == number).failed = on
    origin = f"Chassis/{name}/PowerSubsystem/PowerSupplies/{number}"
    within = world.plant.within_rack(name, shelf.rack)
    world.alarms.set(origin, "psu", _level(on=on), f"Power supply {number} of {name} failed", within)
    world.plant.feed_changed(shelf.rack)


def _shelf_lost(world: World, target: str, *, on: bool) -> None:
    shelf = world.plant.shelves[target]
    shelf.lost = on
    within = world.plant.within_rack(target, shelf.rack)
    origin = f"PowerEquipment/PowerShelves/{target}"
    world.alarms.set(origin, "shelf", _level(on=on), f"Power shelf {target} failed", within)
    world.plant.feed_changed(shelf.rack)


def _outlet_off(world: World, target: str, *, on: bool) -> None:
    name, _, number = target.partition("/")
    pdu = world.plant.pdus[name]
    outlet = next(outlet for outlet in pdu.outlets if outlet.name == number)
    within = world.plant.within_rack(name, pdu.rack)
    origin = f"PowerEquipment/RackPDUs/{name}/Outlets/{number}"
    world.alarms.set(origin, "outlet", _level(on=on), f"Outlet {number} of {name} is off", within)
    world.plant.switch_outlet(pdu, outlet, on=not on)


def _over_budget(world: World, target: str, *, on: bool) -> None:
    plant = world.plant
    plant.budget_w = round(plant.pod_w() * _CURTAILED, -2) if on else plant.normal_budget_w
    message = f"{target} draws more than its power budget"
    world.alarms.set(f"Chassis/{target}", "budget", _level(on=on), message, (target,))


def _outage(service: str, world: World, _target: str, *, on: bool) -> None:
    (world.outages.add if on else world.outages.discard)(service)


STRIKES: dict[str, Strike] = {
    "node-off": _node_off,
    "node-never-boots": _never_boots,
    "thermal": _thermal,
    "gpu-xid": partial(_gpu_fault, "xid"),
    "gpu-ecc": _gpu_ecc,
    "gpu-lost": partial(_gpu_fault, "lost"),
    "nvlink-down": _nvlink,
    "cdu-leak": _cdu_leak,
    "tray-leak": _tray_leak,
    "pump-fail": _pump_fail,
    "flow-low": _flow_low,
    "psu-lost": _psu_lost,
    "shelf-lost": _shelf_lost,
    "pdu-outlet-off": _outlet_off,
    "over-budget": _over_budget,
    "slurmctld-down": partial(_outage, "slurmctld"),
    "bmc-503": partial(_outage, "bmc-503"),
    "bmc-hang": partial(_outage, "bmc-hang"),
    "bmc-node-hang": _bmc_node_hang,
    "sse-drop": partial(_outage, "sse-drop"),
    "ssh-down": partial(_outage, "ssh"),
}
