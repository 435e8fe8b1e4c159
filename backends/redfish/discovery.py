"""From the systems of a service to its structure, by links alone: ids are never guessed (DSP0266, navigation)."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from backends.clean import clean
from backends.model.topology import Kind, Relation
from backends.redfish.chassis import ChassisTree
from backends.redfish.concurrency import gather
from backends.redfish.cooling import find_cooling
from backends.redfish.fabric import find_fabrics
from backends.redfish.frames import find_frames
from backends.redfish.gpus import in_board_order, place
from backends.redfish.hosts import baseboards
from backends.redfish.inferred import concluded
from backends.redfish.names import join_names
from backends.redfish.parts import Plant
from backends.redfish.power import find_power
from backends.redfish.reset import offered
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.schema import ActionInfo, Chassis, ComputerSystem, Link, ServiceRoot
from backends.redfish.status import absent
from backends.redfish.structure import Host, Structure
from backends.redfish.views import LIMITS

Systems = Mapping[str, ComputerSystem | None]
Boards = Mapping[str, Chassis | None]

# Outlets are left out: there are hundreds, and each says itself for how many amps it is made.
_UNBOUNDED = frozenset({Kind.OUTLET, Kind.SWITCH})


class Found(Struct, frozen=True):
    """A structure, and what was read on the way, so that the same round need not read it again."""

    structure: Structure
    resources: dict[str, Resource]


class _Nodes(Struct, frozen=True):
    """The systems that are present, and by path: the hosts of baseboards, the names of nodes, their trays."""

    present: dict[str, ComputerSystem]
    boards: dict[str, str]
    names: dict[str, str]
    trays: dict[str, str]


class Discovery:
    """Finds the structure of one service. `where` names it, `source` marks what it finds, `names` are configured."""

    def __init__(self, where: str, source: str, names: Mapping[str, str]) -> None:
        self._where = where
        self._source = source
        self._names = names

    async def structure(
        self, round_: Round, root: ServiceRoot, systems: Systems, boards: Boards, now_s: float
    ) -> Found:
        """Everything there is. A part that does not answer is missing, and named in the round."""
        present = {path: system for path, system in systems.items() if system and not absent(system.status)}
        tree = ChassisTree(
            {path: board for path, board in boards.items() if board},
            source=self._source,
            service=_service(self._where),
        )
        all_read = None not in systems.values()
        attached, alone = baseboards(present, tree, all_read=all_read)
        left_out = set(attached) if all_read else {*attached, *alone}
        nodes = {path: system for path, system in present.items() if path not in left_out}
        trays = {path: tray for path, system in nodes.items() if (tray := tree.tray_of(path, system))}
        names = join_names(nodes, self._names, self._where)
        plant = Plant(self._source, tree.prefix)
        plant.by_path.update((path, f"node:{names[path]}") for path in nodes)
        plant.by_path.update((part, f"node:{names[host]}") for part, host in attached.items() if host in names)
        hosts = await _hosts(round_, plant, tree, _Nodes(present, attached, names, trays))
        by_name = {names[path]: tray for path, tray in trays.items()}
        await self._plant(round_, plant, root, tree, by_name)
        components, edges = tree.parts(by_name)
        plant.components.update((one.id, one) for one in components)
        edges = concluded((*edges, *plant.edges(tree.upwards)), plant.components)
        gpus = {gpu.path: f"gpu:{host.name}/{gpu.index}" for host in hosts for gpu in host.gpus}
        structure = Structure(
            members=frozenset(systems),
            hosts=hosts,
            components=tuple(plant.components.values()),
            edges=edges,
            parts=tuple(plant.parts.values()),
            ids={**plant.by_path, **gpus},
            limits=await _limits(round_, plant),
            lost=dict(round_.failed),
            found_at_s=now_s,
        )
        return Found(structure, plant.found)

    async def _plant(
        self, round_: Round, plant: Plant, root: ServiceRoot, tree: ChassisTree, trays: Mapping[str, str]
    ) -> None:
        """Cooling and power first: they tell which chassis are theirs."""
        await find_cooling(round_, plant, _path(root.thermal_equipment))
        await find_power(round_, plant, _path(root.power_equipment))
        for path, id_ in plant.stands_for.items():
            if tree.framed(path):
                plant.tie(path, id_, Relation.CONTAINS)
        tree.stands_for = {path: id_ for path, id_ in plant.stands_for.items() if not tree.framed(path)}
        for path in tree.hostless(trays):
            if path in tree.stands_for:
                continue
            if not tree.has_bays and await _feeds(round_, tree[path]):
                tree.stands_for[path] = plant.add(Kind.POWER_SHELF, _as_resource(path, tree[path]))
            elif tree.stands_alone(path):
                tree.alone.add(path)
        shown = {path: tree[path] for path in tree.shown(trays)}
        await find_frames(round_, plant, shown, {path: tree.component_id(path) for path in shown})
        await find_fabrics(round_, plant, _path(root.fabrics))


async def _hosts(round_: Round, plant: Plant, tree: ChassisTree, nodes: "_Nodes") -> tuple[Host, ...]:
    placed = Counter(nodes.trays.values())

    async def host(path: str, system: ComputerSystem) -> Host:
        parts = tuple(sorted(part for part, owner in nodes.boards.items() if owner == path))
        boards = await gather(*(_gpus_of(round_, nodes.present[one]) for one in (path, *parts)))
        name, tray = nodes.names[path], nodes.trays.get(path)
        gpus = await gather(
            *(place(round_, plant, name, index, gpu) for index, gpu in in_board_order(boards, round_.failed))
        )
        return Host(
            name=name,
            path=path,
            system=system,
            baseboards=parts,
            gpus=tuple(gpus),
            chassis=tree.name(tray) if tray else "",
            rack=tree.rack_of(tray) or _placed_in(system),
            slot=tree.slot_of(tray),
            tray=tray if tray and placed[tray] == 1 else "",
            reset_types=await _reset_types(round_, system),
        )

    return tuple(await gather(*(host(path, nodes.present[path]) for path in nodes.names)))


async def _gpus_of(round_: Round, system: ComputerSystem) -> dict[str, Resource]:
    """The GPUs of one system, by path."""
    found = await round_.resources(_path(system.processors))
    return {path: one for path, one in found.items() if one.text("ProcessorType") == "GPU"}


async def _reset_types(round_: Round, system: ComputerSystem) -> tuple[str, ...]:
    """The reset types a host takes, which some keep in a resource of their own."""
    action = system.actions.reset if system.actions else None
    if action is None:
        return ()
    info = None if action.allowable else await round_.read(action.action_info, ActionInfo)
    return offered(action, info)


async def _feeds(round_: Round, chassis: Chassis) -> bool:
    """Whether a chassis without a host is there for its power supplies: a shelf that says so in no other way."""
    subsystem = await round_.resource(_path(chassis.power_subsystem))
    if subsystem is not None:
        return bool(await round_.paths(subsystem.link("PowerSupplies")))
    legacy = await round_.resource(_path(chassis.power))
    return legacy is not None and bool(legacy.items("PowerSupplies"))


async def _limits(round_: Round, plant: Plant) -> dict[str, Resource]:
    """The sensors behind the measurements of the plant, for the thresholds their makers set."""
    wanted: dict[str, dict[str, None]] = {}
    for part in plant.parts.values():
        for sight in part.sights if part.kind not in _UNBOUNDED else ():
            one = plant.found.get(sight.path)
            for gauge in sight.view.gauges if one else ():
                if one and (sensor := one.sensor(gauge.pointer)):
                    wanted.setdefault(sensor.rpartition("/")[0], {})[sensor] = None
    found = await gather(*(round_.some_resources(tuple(paths), group, trying=True) for group, paths in wanted.items()))
    sensors = (one for group in found for one in group.values())
    return {one.path: one.kept(LIMITS) for one in sensors if one.look("Thresholds")}


def _as_resource(path: str, chassis: Chassis) -> Resource:
    body = {"Id": chassis.id, "Name": chassis.name, "Model": chassis.model, "SerialNumber": chassis.serial_number}
    return Resource(path, {key: value for key, value in body.items() if value})


def _service(where: str) -> str:
    """What tells one service from another: its address, and its path where it has one of its own."""
    parts = urlsplit(where)
    return parts.netloc + parts.path.rstrip("/").removesuffix("/redfish/v1")


def _path(link: Link | None) -> str:
    return link.path.rstrip("/") if link and link.path else ""


def _placed_in(system: ComputerSystem) -> str:
    placement = system.location.placement if system.location else None
    return clean(placement.rack or "", 128) if placement else ""
