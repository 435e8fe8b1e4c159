"""Where a gang lands: small jobs fill gaps, gangs keep to one leaf switch when one has room."""

from collections.abc import Sequence

from backends.simulator.job import JobRequest
from backends.simulator.node import SimNode


def place(request: JobRequest, racks: Sequence[Sequence[SimNode]]) -> tuple[SimNode, ...]:
    """The nodes for a request, empty when it does not fit now. `racks` are the partition's nodes, rack by rack."""
    fitting = [[node for node in rack if node.free >= request.gpus_per_node and node.available] for rack in racks]
    if request.node_count == 1:
        candidates = [node for rack in fitting for node in rack]
        return (min(candidates, key=lambda node: node.free),) if candidates else ()
    roomy = [rack for rack in fitting if len(rack) >= request.node_count]
    if roomy:
        return tuple(min(roomy, key=len)[: request.node_count])
    if sum(map(len, fitting)) < request.node_count:
        return ()
    widest_first = sorted(fitting, key=len, reverse=True)
    chosen = [node for rack in widest_first for node in rack][: request.node_count]
    return tuple(sorted(chosen, key=lambda node: (node.rack, node.slot)))
