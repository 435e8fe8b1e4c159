"""Which scheduler node and which controller's system are one machine.

The rule, in order: the name a system joins on (configured map, host name, name: see the adapter) equals the
scheduler's node name; else its first label does (`gpu001.pod.example` is `gpu001`); else it stands alone, under its
own name, and a finding says so.
"""

from collections.abc import Container, Iterable, Mapping

from msgspec.structs import replace

from backends.model.node import HardwareFacts, Node, SchedulerFacts
from console.state.kept import shared


def join(
    scheduler: Mapping[str, SchedulerFacts],
    hardware: Mapping[str, HardwareFacts],
    places: Mapping[str, tuple[str, str]],
    before: dict[str, Node],
) -> dict[str, Node]:
    """Nodes by name, the scheduler's first. `places` maps a node to its (rack, group).

    A node that did not change is the very object of `before`; where none did, so is the whole.
    """
    matched = {node: hardware[system] for system, node in node_names(hardware, scheduler).items()}
    nodes: dict[str, Node] = {}
    for name in (*scheduler, *(name for name in matched if name not in scheduler)):
        rack, group = places.get(name, ("", ""))
        facts = matched.get(name)
        rack = rack or (facts.rack if facts else "")
        said, old = scheduler.get(name), before.get(name)
        if old is not None and old.scheduler is said and old.hardware is facts and _stands(old, rack, group):
            nodes[name] = old
            continue
        node = Node(name=name, rack=rack, group=rack or group, scheduler=said, hardware=facts)
        nodes[name] = old if old == node else _share(node, old)
    return shared(nodes, before)


def node_names(systems: Iterable[str], scheduler: Container[str]) -> dict[str, str]:
    """The node each system is, by the system's name. Where two claim one node, the later stands alone.

    A system that carries a node's very name goes before one whose first label does: two controllers may each have a
    `gpu001`, and neither may be hidden behind the other.
    """
    names = {name: name for name in systems}
    taken = {name for name in names if name in scheduler}
    for name in [name for name in names if name not in taken]:
        label = name.partition(".")[0]
        node = next((known for known in (name, label, label.lower()) if known in scheduler), name)
        if node not in taken:
            taken.add(node)
            names[name] = node
    return names


def _stands(node: Node, rack: str, group: str) -> bool:
    return node.rack == rack and node.group == (rack or group)


def _share(node: Node, old: Node | None) -> Node:
    """A node that changed in one source keeps the other source's object."""
    if old is None:
        return node
    if old.scheduler == node.scheduler:
        node = replace(node, scheduler=old.scheduler)
    if old.hardware == node.hardware:
        node = replace(node, hardware=old.hardware)
    return node
