"""From the systems of a service to its structure, by links alone: ids are never guessed (DSP0266, navigation)."""

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from backends.clean import clean
from backends.model.topology import Confidence, Edge, Kind, Relation
from backends.redfish.chassis import ChassisTree
from backends.redfish.concurrency import gather
from backends.redfish.cooling import find_cooling
from backends.redfish.fabric import find_fabrics
from backends.redfish.facts import LIMITS
from backends.redfish.frames import find_frames
from backends.redfish.gpus import in_board_order, place
from backends.redfish.hosts import baseboards
from backends.redfish.names import join_names
from backends.redfish.parts import Plant
from backends.redfish.power import find_power
from backends.redfish.reset import offered
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.schema import ActionInfo, Chassis, ComputerSystem, Link, ServiceRoot
from backends.redfish.status import absent
from backends.redfish.structure import Host, Structure

Systems = Mapping[str, ComputerSystem | None]

_BOUNDED = frozenset({Kind.CDU, Kind.LOOP, Kind.PUMP, Kind.RACK, Kind.POWER_SHELF, Kind.PDU, Kind.LEAK_DETECTOR})


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

    async def structure(self, round_: Round, root: ServiceRoot, systems: Systems, now_s: float) -> Found:
        """Everything there is. A part that does not answer is missing, and named in the round."""
        present = {path: system for path, system in systems.items() if system and not absent(system.status)}
        tree = await self._tree(round_, root)
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
        edges = _inferred((*edges, *plant.edges(tree.upwards)), plant)
        gpus = {gpu.path: f"gpu:{host.name}/{gpu.index}" for host in hosts for gpu in host.gpus}
        structure = Structure(
            members=frozenset(systems),
            hosts=hosts,
            components=tuple(plant.components.values()),
            edges=edges,
            parts=tuple(plant.parts.values()),
            ids={**plant.by_path, **gpus},
            limits=await _limits(round_, plant),
            complete=not round_.errors,
            found_at_s=now_s,
        )
        return Found(structure, plant.found)

    async def _tree(self, round_: Round, root: ServiceRoot) -> ChassisTree:
        boards = await round_.members(root.chassis.path if root.chassis else None, Chassis)
        return ChassisTree(
            {path: board for path, board in boards.items() if board},
            source=self._source,
            service=urlsplit(self._where).netloc,
        )

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
            if path not in tree.stands_for and await _feeds(round_, tree[path]):
                id_ = plant.add(Kind.POWER_SHELF, _as_resource(path, tree[path]))
                tree.stands_for[path] = id_
        shown = {path: tree[path] for path in tree.shown(trays)}
        await find_frames(round_, plant, shown, {path: tree.component_id(path) for path in shown})
        await find_fabrics(round_, plant, _path(root.fabrics))


async def _hosts(round_: Round, plant: Plant, tree: ChassisTree, nodes: "_Nodes") -> tuple[Host, ...]:
    placed = Counter(nodes.trays.values())

    async def host(path: str, system: ComputerSystem) -> Host:
        parts = tuple(sorted(part for part, owner in nodes.boards.items() if owner == path))
        boards = await gather(*(_gpus_of(round_, nodes.present[one]) for one in (path, *parts)))
        name, tray = nodes.names[path], nodes.trays.get(path)
        gpus = await gather(*(place(round_, plant, name, index, gpu) for index, gpu in in_board_order(boards)))
        return Host(
            name=name,
            path=path,
            system=system,
            baseboards=parts,
            gpus=tuple(gpus),
            chassis=tree.name(tray) if tray else "",
            rack=tree.rack_of(tray) or _placed_in(system),
            slot=tree.slot_of(tray),
            metrics=tree.metrics_of(tray) if tray and placed[tray] == 1 else None,
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
    return subsystem is not None and bool(await round_.paths(subsystem.link("PowerSupplies")))


async def _limits(round_: Round, plant: Plant) -> dict[str, Resource]:
    """The sensors behind the measurements of the plant, for the thresholds their makers set."""
    sensors = {
        sensor
        for part in plant.parts.values()
        if part.kind in _BOUNDED
        for sight in part.sights
        if sight.path in plant.found
        for gauge in sight.view.gauges
        if (sensor := plant.found[sight.path].sensor(gauge.pointer))
    }
    found = await gather(*(round_.resource(path) for path in sorted(sensors)))
    return {one.path: one.kept(LIMITS) for one in found if one is not None and one.look("Thresholds")}


def _inferred(edges: tuple[Edge, ...], plant: Plant) -> tuple[Edge, ...]:
    """What stands in a rack and is said to feed nothing feeds that rack: what else would it be there for."""
    own = {Kind.OUTLET, Kind.POWER_SUPPLY, Kind.PUMP}
    more: list[Edge] = []
    for relation, kinds in ((Relation.POWERS, {Kind.POWER_SHELF, Kind.PDU}), (Relation.COOLS, {Kind.CDU})):
        inside = {edge.target: edge.source for edge in edges if edge.relation is Relation.CONTAINS}
        feeding = {
            giver
            for edge in edges
            if edge.relation is relation
            and (edge.target not in plant.components or plant.components[edge.target].kind not in own)
            for giver in (edge.source, inside.get(edge.source, ""))
        }
        for id_, one in plant.components.items():
            rack = inside.get(id_, "")
            if one.kind in kinds and id_ not in feeding and rack.startswith("rack:"):
                more.append(Edge(id_, rack, relation, Confidence.INFERRED))
    return (*edges, *more)


def _as_resource(path: str, chassis: Chassis) -> Resource:
    body = {"Id": chassis.id, "Name": chassis.name, "Model": chassis.model, "SerialNumber": chassis.serial_number}
    return Resource(path, {key: value for key, value in body.items() if value})


def _path(link: Link | None) -> str:
    return link.path.rstrip("/") if link and link.path else ""


def _placed_in(system: ComputerSystem) -> str:
    placement = system.location.placement if system.location else None
    return clean(placement.rack or "", 128) if placement else ""
