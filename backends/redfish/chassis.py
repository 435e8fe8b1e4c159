"""The chassis of a service as a tree: racks, trays, and where a system sits in them (DSP0268 Chassis v1.28).

Links are followed as found and trusted no further: `ContainedBy` may be missing where the parent has `Contains`,
either may lead nowhere, and a careless service can close a circle.
"""

from collections.abc import Iterator, Mapping

from backends.clean import clean
from backends.model.topology import Component, Confidence, Edge, Kind, Relation
from backends.redfish.paths import last_segment
from backends.redfish.schema import Chassis, ComputerSystem, Link

_FRAMES = {"Pod": Kind.POD, "Row": Kind.BLOCK, "RackGroup": Kind.BLOCK, "Rack": Kind.RACK}
_TRAYS = frozenset({"Sled", "Blade", "Shelf", "Drawer"})
_BAYS = frozenset({"Sled", "Blade"})
_HOUSINGS = frozenset({"Enclosure", "RackMount", "StandAlone", "Sidecar", "Expansion", "IPBasedDrive", "HeatExchanger"})
# Trays only where a host sits in them: a GB300 tray alone has 40 chassis of these types, each a board or a chip.
_TRAYS_OF_HOSTS = frozenset({"RackMount", "StandAlone", "Enclosure", "Module", "Card", "Other", "Cartridge"})


class ChassisTree:
    """Chassis by path, with their parents. `source` marks the components it makes; `service` tells namesakes apart."""

    def __init__(self, chassis: Mapping[str, Chassis], *, source: str, service: str) -> None:
        self._chassis = chassis
        self._source = source
        self._service = service
        self._parents = _parents(chassis)
        self.stands_for: dict[str, str] = {}
        self.alone: set[str] = set()
        self.guessed: set[str] = set()
        self._systems = {
            system: path
            for path, one in chassis.items()
            for system in _paths(one.links.computer_systems if one.links else None)
        }

        self._by_id = {
            one.id: path
            for path, one in chassis.items()
            if one.id and not _paths(one.links.computer_systems if one.links else None)
        }

    def tray_of(self, path: str, system: ComputerSystem) -> str | None:
        """The path of the tray a system sits in: the nearest chassis above it that is one.

        Where no link says so, the chassis with the system's own Id is `guessed` to be it (Cray's blades).
        """
        ways = [link for link in _paths(system.links.chassis if system.links else None) if link in self._chassis]
        if not ways and path in self._systems:
            ways = [self._systems[path]]
        if not ways and system.id and (same := self._by_id.get(system.id)):
            ways = [same]
            self.guessed.add(same)
        fallback = None
        for start in ways:
            for above in self.upwards(start):
                kind = self._chassis[above].chassis_type
                if kind in _TRAYS:
                    return above
                if kind in _TRAYS_OF_HOSTS:
                    fallback = fallback or above
        return fallback

    def upwards(self, path: str | None) -> Iterator[str]:
        """A chassis and what contains it, nearest first."""
        seen: set[str] = set()
        while path and path in self._chassis and path not in seen:
            seen.add(path)
            yield path
            path = self._parents.get(path)

    def rack_of(self, path: str | None) -> str:
        """The name of the rack around a chassis: the Rack chassis above it, or what its Location says."""
        placed = ""
        for above in self.upwards(path):
            chassis = self._chassis[above]
            placed = placed or _placement(chassis)
            if chassis.chassis_type == "Rack":
                return _placement(chassis) or self.name(above)
        return placed

    def slot_of(self, path: str | None) -> int | None:
        """The slot, or the rack unit, where the chassis says one."""
        location = self._chassis[path].location if path else None
        if location is None:
            return None
        if location.part_location is not None and location.part_location.location_ordinal_value is not None:
            return location.part_location.location_ordinal_value
        return location.placement.rack_offset if location.placement is not None else None

    def name(self, path: str) -> str:
        """What a person calls it."""
        chassis = self._chassis[path]
        return clean(chassis.name or chassis.id or last_segment(path), 128)

    def __getitem__(self, path: str) -> Chassis:
        return self._chassis[path]

    def framed(self, path: str) -> bool:
        """Whether a chassis is a frame around others: a rack, a row, a pod."""
        return path in self._chassis and self._chassis[path].chassis_type in _FRAMES

    @property
    def has_bays(self) -> bool:
        """Whether this service speaks for an enclosure with blades in it."""
        return any(one.chassis_type in _BAYS for one in self._chassis.values())

    def stands_alone(self, path: str) -> bool:
        """Whether a chassis is a housing of its own: what is inside of another is that one's business."""
        return self._chassis[path].chassis_type in _HOUSINGS and path not in self._parents

    def hostless(self, trays_of_hosts: Mapping[str, str]) -> Iterator[str]:
        """Chassis that could be an equipment of their own: no frame, no host in, around or below them."""
        around = {above for tray in trays_of_hosts.values() for above in self.upwards(tray)}
        for path, chassis in self._chassis.items():
            systems = chassis.links.computer_systems if chassis.links else None
            inside = {self._chassis[above].chassis_type for above in self.upwards(path) if above != path}
            if not systems and path not in around and not self.framed(path) and inside <= set(_FRAMES):
                yield path

    @property
    def prefix(self) -> str:
        """What keeps names of this service apart from those of its siblings: nothing where it speaks for a pod."""
        racks = {self.rack_of(path) for path, one in self._chassis.items() if one.chassis_type == "Rack"}
        whole = any(one.chassis_type in ("Pod", "Row", "RackGroup") for one in self._chassis.values())
        if whole or len(racks) > 1:
            return ""
        return f"{racks.pop() if racks else self._service}/"

    def component_id(self, path: str) -> str:
        """Unique in a pod of many services, each of which may have its `Chassis_0`."""
        if path in self.stands_for:
            return self.stands_for[path]
        kind = _FRAMES.get(self._chassis[path].chassis_type or "", Kind.TRAY)
        if kind is Kind.RACK:
            return f"rack:{self.rack_of(path)}"
        if kind is not Kind.TRAY:
            return f"{kind}:{self.name(path)}"
        return f"tray:{self.rack_of(path) or self._service}/{self.name(path)}"

    def shown(self, trays_of_hosts: Mapping[str, str]) -> tuple[str, ...]:
        """The chassis that are racks and trays, by path; boards and chips are not."""
        trays = set(trays_of_hosts.values())
        return tuple(
            path
            for path, chassis in self._chassis.items()
            if chassis.chassis_type in _FRAMES
            or chassis.chassis_type in _TRAYS
            or path in trays
            or path in self.stands_for
            or path in self.alone
        )

    def parts(self, trays_of_hosts: Mapping[str, str]) -> tuple[tuple[Component, ...], tuple[Edge, ...]]:
        """Racks and trays with what contains what. `trays_of_hosts`: the tray's path by node name."""
        shown = self.shown(trays_of_hosts)
        components = {self.component_id(path): self._component(path) for path in shown if path not in self.stands_for}
        edges: dict[Edge, None] = {}
        for path in shown:
            parent = next((above for above in self.upwards(path) if above != path and above in shown), None)
            if parent is not None:
                edges[Edge(self.component_id(parent), self.component_id(path), Relation.CONTAINS)] = None
            elif len(self.alone) == 1 and path not in self.alone and self._chassis[path].chassis_type in _BAYS:
                housing = self.component_id(next(iter(self.alone)))  # one housing, blades, and no links: it is theirs
                edges[Edge(housing, self.component_id(path), Relation.CONTAINS, Confidence.INFERRED)] = None
            elif (rack := self.rack_of(path)) and self._chassis[path].chassis_type not in _FRAMES:
                components.setdefault(f"rack:{rack}", self._rack(rack))
                edges[Edge(f"rack:{rack}", self.component_id(path), Relation.CONTAINS)] = None
        for node, tray in trays_of_hosts.items():
            sure = Confidence.INFERRED if tray in self.guessed else Confidence.EXACT
            edges[Edge(self.component_id(tray), f"node:{node}", Relation.CONTAINS, sure)] = None
        return tuple(components.values()), tuple(edges)

    def _component(self, path: str) -> Component:
        chassis, id_ = self._chassis[path], self.component_id(path)
        kind = _FRAMES.get(chassis.chassis_type or "", Kind.TRAY)
        name = self.rack_of(path) if kind is Kind.RACK else self.name(path)
        placement = chassis.location.placement if chassis.location else None
        return Component(
            id=id_,
            kind=kind,
            name=name,
            source=self._source,
            model=clean(chassis.model or "", 80),
            serial=clean(chassis.serial_number or "", 80),
            slot=self.slot_of(path),
            unit=placement.rack_offset if placement else None,
        )

    def _rack(self, name: str) -> Component:
        return Component(id=f"rack:{name}", kind=Kind.RACK, name=name, source=self._source)


def _parents(chassis: Mapping[str, Chassis]) -> dict[str, str]:
    parents: dict[str, str] = {}
    for path, one in chassis.items():
        if one.links is None:
            continue
        for child in _paths(one.links.contains):
            parents.setdefault(child, path)
    for path, one in chassis.items():  # the child's own word counts more
        if one.links is not None and one.links.contained_by is not None and one.links.contained_by.path:
            parents[path] = one.links.contained_by.path.rstrip("/")
    return parents


def _paths(links: list[Link] | None) -> list[str]:
    return [link.path.rstrip("/") for link in links or () if link.path]


def _placement(chassis: Chassis) -> str:
    placement = chassis.location.placement if chassis.location else None
    return clean(placement.rack or "", 128) if placement else ""
