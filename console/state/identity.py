"""Which components, seen through several controllers, are one thing, and what its id is in the pod.

A pod, a rack and a block are one by their name. Anything else is one when it has the same serial number (and no other
model), when it is the tray of the same one machine, or when it is called the same inside of what is one. Everything
else is a thing of its own, and where two have the same id, each carries its source: nothing overwrites anything.
"""

from collections import Counter
from collections.abc import Collection, Container, Iterator, Mapping

from msgspec import Struct

from backends.model.node import HardwareFacts
from backends.model.observation import HardwareInventory
from backends.model.topology import Component, Kind, Relation
from console.state.machine import machines, names, telling

_SHARED = frozenset({Kind.POD, Kind.RACK, Kind.BLOCK})


class Identities(Struct, frozen=True):
    """By source: its ids of components and `node:`s, and what they are in the pod. The same where nothing is said."""

    of: dict[str, dict[str, str]] = {}

    def at(self, source: str, identity: str) -> str:
        """The id in the pod. A GPU goes with its node."""
        known = self.of.get(source, {})
        if identity.startswith("gpu:"):
            node, slash, index = identity.removeprefix("gpu:").rpartition("/")
            return f"gpu:{known.get(f'node:{node}', f'node:{node}').removeprefix('node:')}{slash}{index}"
        return known.get(identity, identity)


class _Thing(Struct):
    """What may be seen by several: who sees it under which id."""

    claims: list[tuple[str, Component]]


class _Found:
    """The things found so far, with what a further sight of one is known by."""

    def __init__(self) -> None:
        self.things: list[_Thing] = []
        self.of: dict[tuple[str, str], _Thing] = {}
        self._known: dict[tuple[str, ...], _Thing] = {}

    def add(self, source: str, one: Component, keys: list[tuple[str, ...]]) -> None:
        """A sight of a thing, new or known by one of `keys`."""
        near = ((key, self._known[key]) for key in keys if key in self._known)
        thing = next((other for key, other in near if _may_be(other, source, one, key)), None)
        if thing is None:
            thing = _Thing([])
            self.things.append(thing)
        thing.claims.append((source, one))
        self.of[source, one.id] = thing
        for key in keys:
            self._known.setdefault(key, thing)


def identify(inventories: Mapping[str, HardwareInventory], scheduler: Container[str]) -> Identities:
    """The identities of everything several sources see."""
    nodes = names(machines({source: one.systems for source, one in inventories.items()}), scheduler)
    found = _Found()
    for source, inventory in inventories.items():
        _sight(found, source, inventory, {name: nodes[source, name] for name in inventory.systems})
    told: dict[str, dict[str, str]] = {source: {} for source in inventories}
    for (source, name), node in nodes.items():
        told[source][f"node:{name}"] = f"node:{node}"
    claimed = Counter(thing.claims[0][1].id for thing in found.things)
    for thing in found.things:
        first, one = thing.claims[0]
        identity = one.id if claimed[one.id] == 1 else f"{one.id}@{first}"
        for source, same in thing.claims:
            told[source][same.id] = identity
    return Identities(told)


def _sight(found: _Found, source: str, inventory: HardwareInventory, nodes: Mapping[str, str]) -> None:
    """Every component of a source, what contains others before what it contains."""
    inside = {edge.target: edge.source for edge in inventory.edges if edge.relation is Relation.CONTAINS}
    hosts: dict[str, list[str]] = {}
    for name in nodes:
        hosts.setdefault(inside.get(f"node:{name}", ""), []).append(nodes[name])
    components = {one.id: one for one in inventory.components}
    serials = Counter((one.kind, telling(one.serial)) for one in components.values())
    for one in _outermost_first(components, inside):
        keys: list[tuple[str, ...]] = []
        if one.kind in _SHARED:
            keys.append(("id", one.id))
        else:
            serial = telling(one.serial)
            if serial and serials[one.kind, serial] == 1:
                keys.append(("serial", one.kind, serial))
            if one.kind is Kind.TRAY and len(hosts.get(one.id, ())) == 1:
                keys.append(("tray of", hosts[one.id][0]))
            around = components.get(inside.get(one.id, ""))
            if around is not None and around.kind not in _SHARED and (source, around.id) in found.of:
                keys.append(("inside", str(id(found.of[source, around.id])), one.kind, one.name))
        found.add(source, one, keys)


def _outermost_first(components: Mapping[str, Component], inside: Mapping[str, str]) -> Iterator[Component]:
    done: set[str] = set()
    for identity in components:
        way: list[str] = []
        while identity in components and identity not in done:
            done.add(identity)
            way.append(identity)
            identity = inside.get(identity, "")  # noqa: PLW2901 - upwards, as far as it goes
        yield from (components[one] for one in reversed(way))


def _may_be(thing: _Thing, source: str, one: Component, key: tuple[str, ...]) -> bool:
    """Whether nothing speaks against it. A controller does not show one thing twice, but for its frames."""
    if one.kind in _SHARED:
        return True
    return not any(
        other == source
        or _differ(telling(same.serial), telling(one.serial))
        or (key[0] == "serial" and _differ(same.model.lower(), one.model.lower()))
        for other, same in thing.claims
    )


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


_ALONE = Identities()
"""One source alone is never at odds with itself."""


class Register:
    """The identities of a pod, worked out again when who is seen by whom has changed, not when their readings have."""

    def __init__(self) -> None:
        self._seen: object = None
        self._identities = Identities()

    def identities(self, inventories: Mapping[str, HardwareInventory], scheduler: Collection[str]) -> Identities:
        """Those of now. `inventories` in the order of the config: of two, the first is the one that names."""
        if len(inventories) < 2:
            return _ALONE
        seen = (
            tuple(scheduler),
            tuple(
                (source, one.components, one.edges, tuple(map(_marks, one.systems, one.systems.values())))
                for source, one in inventories.items()
            ),
        )
        if seen != self._seen:
            self._seen = seen
            self._identities = identify(inventories, frozenset(scheduler))
        return self._identities


def _marks(name: str, facts: HardwareFacts) -> tuple[str, ...]:
    return name, facts.uuid, facts.serial, facts.model, facts.host_name
