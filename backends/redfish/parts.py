"""The parts of a plant as they are found: what each is, where it is read, and how it hangs together with the rest.

Links may lead to what is found later, to a chip inside a tray, or nowhere. So they are kept as ties between paths and
resolved when everything is known; one that leads nowhere makes no edge. What only a name says is an edge of less
confidence, and a name that two things share is no evidence at all.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from backends.model.topology import Component, Confidence, Edge, Kind, Relation
from backends.redfish.paths import last_segment
from backends.redfish.resource import Resource
from backends.redfish.views import PLAIN, View


class Sight(Struct, frozen=True):
    """One resource to look at for a part. `label` marks its measurements; `collection` is where it can be expanded."""

    path: str
    view: View
    collection: str = ""
    label: str = ""


class Part(Struct, frozen=True, kw_only=True):
    """A component and where its facts are read. `own` is the resource whose Status is its own, empty for none.

    `at` is where in that resource it is told of, for those that have none to themselves.
    """

    id: str
    kind: Kind
    own: str
    sights: tuple[Sight, ...]
    at: str = ""


class Tie(Struct, frozen=True):
    """An edge between two ends, each a component id or the path of a resource."""

    source: str
    target: str
    relation: Relation
    confidence: Confidence = Confidence.EXACT


class Named(Struct, frozen=True):
    """An edge of which one end is only named by people: `names` feed or are fed by `id`."""

    id: str
    names: tuple[str, ...]
    relation: Relation
    feeds: bool


class Plant:
    """What is found, piece by piece. `prefix` keeps the names of one service apart from those of its siblings."""

    def __init__(self, source: str, prefix: str = "") -> None:
        self.components: dict[str, Component] = {}
        self.parts: dict[str, Part] = {}
        self.by_path: dict[str, str] = {}
        self.found: dict[str, Resource] = {}
        self.ties: list[Tie] = []
        self.named: list[Named] = []
        self.stands_for: dict[str, str] = {}
        self._source = source
        self._prefix = prefix

    def add(
        self, kind: Kind, one: Resource, *, inside: str = "", view: View = PLAIN, sights: Iterable[Sight] = ()
    ) -> str:
        """A component for a resource; returns its id. `inside` is the id of what contains it."""
        owner = inside.partition(":")[2]
        name = self._name(kind, one, f"{owner}/" if owner else self._prefix)
        id_ = f"{kind}:{f'{owner}/' if owner else self._prefix}{name}"
        self.components[id_] = Component(
            id=id_,
            kind=kind,
            name=name,
            source=self._source,
            model=one.text("Model", 80),
            serial=one.text("SerialNumber", 80),
            slot=_whole(one.number("Location/PartLocation/LocationOrdinalValue")),
            unit=_whole(one.number("Location/Placement/RackOffset")),
        )
        self.seen(one)
        self.by_path.setdefault(one.path, id_)
        own = Sight(one.path, view, one.path.rpartition("/")[0])
        self.parts[id_] = Part(id=id_, kind=kind, own=one.path, sights=(own, *sights))
        if inside:
            self.tie(inside, id_, Relation.CONTAINS)
        return id_

    def add_inside(self, kind: Kind, whole: Resource, at: str, one: Resource, inside: str, view: View) -> str:
        """A component that another resource tells of at `at`: a member of a list, without an address of its own."""
        id_ = self.add(kind, one, inside=inside)
        self.found.pop(one.path, None)
        self.parts[id_] = Part(id=id_, kind=kind, own=whole.path, sights=(Sight(whole.path, view),), at=at)
        return id_

    def look(self, id_: str, *sights: Sight) -> None:
        """More to look at for a part that is there already."""
        self.parts[id_] = replace(self.parts[id_], sights=(*self.parts[id_].sights, *sights))

    def look_only(self, id_: str, sight: Sight) -> None:
        """A part without a resource of its own that could be read: this is where it is told of instead."""
        self.found.pop(self.parts[id_].own, None)
        self.parts[id_] = replace(self.parts[id_], own="", sights=(sight,))

    def standing_for(self, equipment: Resource, id_: str) -> None:
        """The chassis an equipment is built in are the equipment, unless they turn out to be a frame around it."""
        for chassis in equipment.links("Links/Chassis"):
            self.stands_for.setdefault(chassis, id_)

    def seen(self, *resources: Resource) -> None:
        """Resources that were read on the way."""
        self.found.update((one.path, one) for one in resources)

    def sensors(self) -> set[str]:
        """The sensors whose readings other resources tell."""
        return {
            sensor
            for part in self.parts.values()
            for sight in part.sights
            if sight.path in self.found
            for gauge in sight.view.gauges
            if (sensor := self.found[sight.path].sensor(gauge.pointer))
        }

    def tie(self, source: str, target: str, relation: Relation, confidence: Confidence = Confidence.EXACT) -> None:
        """An edge, should both ends turn out to exist."""
        if source and target:
            self.ties.append(Tie(source, target, relation, confidence))

    def edges(self, within: Callable[[str], Iterable[str]]) -> tuple[Edge, ...]:
        """The ties whose ends are known. `within` gives what a chassis is inside of, nearest first, itself included."""
        known = set(self.components) | set(self.by_path.values())
        edges: dict[tuple[str, str, Relation], Edge] = {}
        for tie in self.ties:
            source, target = self.at(tie.source, within), self.at(tie.target, within)
            if source in known and target in known and source != target:
                edges.setdefault((source, target, tie.relation), Edge(source, target, tie.relation, tie.confidence))
        by_name = self._by_name()
        for one in self.named:
            for name in one.names:
                other = by_name.get(name.strip().lower(), "")
                ends = (other, one.id) if one.feeds else (one.id, other)
                if other and other != one.id:
                    edges.setdefault((*ends, one.relation), Edge(*ends, one.relation, Confidence.INFERRED))
        return tuple(edges.values())

    def at(self, end: str, within: Callable[[str], Iterable[str]] = lambda _: ()) -> str:
        """The id of the component a path belongs to: itself, what it sits in, or what its address is below of."""
        if not end.startswith("/"):
            return end
        path = end.rstrip("/")
        while path.count("/") > 3:  # what is above /redfish/v1/X/Y is a collection, or the service
            if path in self.by_path:
                return self.by_path[path]
            for above in within(path):
                if above in self.by_path:
                    return self.by_path[above]
            path = path.rpartition("/")[0]
        return self.by_path.get(path, "")

    def _name(self, kind: Kind, one: Resource, prefix: str) -> str:
        """An Id that says something (`CDU1`), else the name, else the Id; the first that is free."""
        id_, name = one.text("Id"), one.text("Name")
        telling = any(char.isalpha() for char in id_)
        for candidate in (id_ if telling else "", name, id_, last_segment(one.path)):
            if candidate and f"{kind}:{prefix}{candidate}" not in self.components:
                return candidate
        return f"{name or kind} {one.path}"

    def _by_name(self) -> dict[str, str]:
        """Components and nodes by the names people may use; a name of two is left out."""
        owners: dict[str, set[str]] = {}
        for id_ in (*self.components, *self.by_path.values()):
            component = self.components.get(id_)
            for name in (id_, id_.partition(":")[2], component.name if component else ""):
                owners.setdefault(name.lower(), set()).add(id_)
        for path, id_ in self.by_path.items():
            one = self.found.get(path)
            for name in (one.text("Name"), one.text("Id"), one.text("UserLabel")) if one else ():
                owners.setdefault(name.lower(), set()).add(id_)
        return {name: next(iter(ids)) for name, ids in owners.items() if name and len(ids) == 1}


def _whole(value: float | None) -> int | None:
    return int(value) if value is not None and value == int(value) else None
