"""What a fault may be aimed at, by name, in a simulated pod."""

from collections.abc import Iterable

from backends.simulator.world import World


def has_target(world: World, kind: str, name: str) -> bool:
    """Whether the pod has a thing of that kind. A GPU is `NODE[/INDEX]`, a link `NODE/INDEX/LINK`."""
    if kind in ("gpu", "link"):
        owner, _, part = name.partition("/")
        return owner in world.nodes and _indices_exist(world, part, 1 if kind == "gpu" else 2)
    return name in _names(world, kind)


def _names(world: World, kind: str) -> set[str]:
    plant = world.plant
    names: dict[str, Iterable[str]] = {
        "pod": [world.shape.pod],
        "rack": world.shape.rack_names,
        "node": world.nodes,
        "cdu": plant.cdus,
        "shelf": plant.shelves,
        "pump": (f"{cdu.name}/{pump.name}" for cdu in plant.cdus.values() for pump in cdu.pumps),
        "psu": (f"{shelf.name}/{psu.name}" for shelf in plant.shelves.values() for psu in shelf.supplies),
        "outlet": (f"{pdu.name}/{outlet.name}" for pdu in plant.pdus.values() for outlet in pdu.outlets),
    }
    return set(names[kind])


def default_target(world: World, kind: str) -> str:
    """The first of its kind; of nodes the third of the pod, which in the opening hours has work on it."""
    plant = world.plant
    first = {
        "pod": world.shape.pod,
        "rack": world.shape.rack_names[0],
        "cdu": next(iter(plant.cdus)),
        "shelf": next(iter(plant.shelves)),
        "pump": f"{next(iter(plant.cdus))}/pump1",
        "psu": f"{next(iter(plant.shelves))}/psu1",
        "outlet": f"{next(iter(plant.pdus))}/outlet1",
    }
    return first.get(kind) or list(world.nodes)[min(2, len(world.nodes) - 1)]


def _indices_exist(world: World, text: str, most: int) -> bool:
    limits = (world.shape.gpus_per_node, len(world.plant.switches_of(1)))
    parts = text.split("/") if text else []
    return len(parts) <= most and all(
        part.isdecimal() and int(part) < limit for part, limit in zip(parts, limits, strict=False)
    )
