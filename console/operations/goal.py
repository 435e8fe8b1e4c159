"""What "there" means for a node, judged from the scheduler's word: for `megapod wait`."""

from collections.abc import Callable

from backends.model.node import Service
from backends.model.snapshot import Snapshot

Goal = Callable[[Snapshot, str], bool]


def in_service(snapshot: Snapshot, name: str) -> bool:
    """Takes work again: no longer drained, down or failed."""
    node = snapshot.nodes.get(name)
    return node is not None and not (node.service.out or node.service is Service.UNKNOWN)


def in_state(service: Service) -> Goal:
    """Reads as one service state, whoever brought it there."""

    def judge(snapshot: Snapshot, name: str) -> bool:
        node = snapshot.nodes.get(name)
        return node is not None and node.service is service

    return judge
