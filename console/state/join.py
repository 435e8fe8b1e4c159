"""Which scheduler node and which controller's system are one machine.

The rule, in order: the name a system joins on (configured map, host name, name: see the adapter) equals the
scheduler's node name; else its first label does (`gpu001.pod.example` is `gpu001`); else it stands alone, under its
own name, and a finding says so.
"""

from collections.abc import Container, Mapping

from msgspec.structs import replace

from backends.model.node import HardwareFacts, Node, SchedulerFacts


def join(
    scheduler: Mapping[str, SchedulerFacts],
    hardware: Mapping[str, HardwareFacts],
    places: Mapping[str, tuple[str, str]],
    before: Mapping[str, Node],
) -> dict[str, Node]:
    """Nodes by name, the scheduler's first. `places` maps a node to its (rack, group).

    A node that did not change is the very object of `before`.
    """
    matched = _match(scheduler, hardware)
    nodes: dict[str, Node] = {}
    for name in (*scheduler, *(name for name in matched if name not in scheduler)):
        rack, group = places.get(name, ("", ""))
        facts = matched.get(name)
        node = Node(
            name=name,
            rack=rack or (facts.rack if facts else ""),
            group=group,
            scheduler=scheduler.get(name),
            hardware=facts,
        )
        old = before.get(name)
        nodes[name] = old if old == node else _share(node, old)
    return nodes


def node_name(name: str, scheduler: Container[str]) -> str:
    """The scheduler's name for a system called `name`, or `name` itself where it knows none."""
    if name in scheduler:
        return name
    label = name.partition(".")[0].lower()
    return label if label in scheduler else name


def _match(scheduler: Mapping[str, SchedulerFacts], hardware: Mapping[str, HardwareFacts]) -> dict[str, HardwareFacts]:
    return {node_name(name, scheduler): facts for name, facts in hardware.items()}


def _share(node: Node, old: Node | None) -> Node:
    """A node that changed in one source keeps the other source's object."""
    if old is None:
        return node
    if old.scheduler == node.scheduler:
        node = replace(node, scheduler=old.scheduler)
    if old.hardware == node.hardware:
        node = replace(node, hardware=old.hardware)
    return node
