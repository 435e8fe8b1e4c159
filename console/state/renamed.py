"""What controllers tell of systems, under the names of the nodes these turned out to be.

`names` maps ids to ids, and has only what is called otherwise.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from backends.model.plant import ComponentFacts, Condition
from backends.model.topology import Component, Edge


def renamed(component: Component, names: Mapping[str, str]) -> Component:
    """A component."""
    known = names.get(component.id, component.id)
    if known == component.id:
        return component
    return replace(component, id=known, name=known.partition(":")[2])


def rerouted(edge: Edge, names: Mapping[str, str]) -> Edge:
    """An edge, by both its ends."""
    source, target = names.get(edge.source, edge.source), names.get(edge.target, edge.target)
    if (source, target) == (edge.source, edge.target):
        return edge
    return replace(edge, source=source, target=target)


def renamed_facts(facts: Mapping[str, ComponentFacts], names: Mapping[str, str]) -> dict[str, ComponentFacts]:
    """Facts by the ids of what they are about."""
    return {names.get(identity, identity): one for identity, one in facts.items()} if names else dict(facts)


def reattached(conditions: tuple[Condition, ...], names: Mapping[str, str]) -> tuple[Condition, ...]:
    """Conditions: one about a system, or a GPU of it, is about the node."""
    return tuple(_reattached(one, names) for one in conditions)


def _reattached(condition: Condition, names: Mapping[str, str]) -> Condition:
    kind, _, name = condition.component.partition(":")
    owner, slash, part = name.partition("/")
    system = f"node:{owner}" if kind == "gpu" else condition.component
    known = names.get(system, system)
    if known == system:
        return condition
    gpu = f"gpu:{known.partition(':')[2]}{slash}{part}"
    return replace(condition, component=gpu if kind == "gpu" else known)
