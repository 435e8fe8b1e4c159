"""Node lists as Slurm writes them: folded on the last number only, rack by rack."""

from collections.abc import Iterable

from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet, NodeSetParseError

_MOST = 100_000


def fold(names: Iterable[str]) -> str:
    """`austin-r1-n[01-18],austin-r2-n[01-18]`."""
    nodes = NodeSet.fromlist(list(names), resolver=RESOLVER_NOGROUP)
    nodes.fold_axis = (-1,)
    return str(nodes)


def unfold(text: str) -> tuple[str, ...]:
    """The names in a node set, in its order; empty when it cannot be read, or when it is absurdly large."""
    try:
        nodes = NodeSet(text, resolver=RESOLVER_NOGROUP)
    except NodeSetParseError:
        return ()
    return tuple(nodes) if len(nodes) <= _MOST else ()
