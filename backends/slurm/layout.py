"""Partitions, reservations and the network topology, from scontrol's text. Pure."""

import re

from backends.clean import clean
from backends.model.partition import Partition, Reservation
from backends.model.topology import Component, Edge, Kind, Relation
from backends.slurm import records
from backends.slurm.fields import duration_s, instant, names, number, present

SOURCE = "slurm.layout"


def parse_partitions(text: str) -> dict[str, Partition]:
    """`scontrol -o show partitions`."""
    found: dict[str, Partition] = {}
    for line in records.lines(text, "PartitionName"):
        pairs = records.pairs(line)
        name = clean(pairs["PartitionName"])
        found[name] = Partition(
            source=SOURCE,
            name=name,
            state=clean(pairs.get("State", "")),
            nodes=names(pairs.get("Nodes", "")),
            default=pairs.get("Default") == "YES",
            time_limit_s=duration_s(pairs.get("MaxTime", "")),
        )
    return found


def parse_reservations(text: str) -> dict[str, Reservation]:
    """`scontrol -o show reservations`; without any, Slurm writes a sentence."""
    found: dict[str, Reservation] = {}
    for line in records.lines(text, "ReservationName"):
        pairs = records.pairs(line)
        name = clean(pairs["ReservationName"])
        found[name] = Reservation(
            source=SOURCE,
            name=name,
            nodes=names(pairs.get("Nodes", "")),
            users=clean(present(pairs.get("Users", ""))),
            flags=tuple(clean(flag) for flag in present(pairs.get("Flags", "")).split(",") if flag),
            starts_at=instant(pairs.get("StartTime", "")),
            ends_at=instant(pairs.get("EndTime", "")),
            active=pairs.get("State") == "ACTIVE",
        )
    return found


def parse_topology(text: str) -> tuple[tuple[Component, ...], tuple[Edge, ...]]:
    """`scontrol show topology`: switches connect nodes or switches, blocks contain nodes.

    A switch above the leaves lists the nodes below it too; only its own switches are its links.
    """
    components: list[Component] = []
    edges: list[Edge] = []
    for line in records.lines(text, "SwitchName"):
        pairs = records.pairs(line)
        switch = _component(Kind.SWITCH, pairs["SwitchName"])
        components.append(switch)
        below = [f"switch:{name}" for name in names(pairs.get("Switches", ""))]
        if number(pairs.get("Level", "0")) == 0:
            below += [f"node:{name}" for name in names(pairs.get("Nodes", ""))]
        edges += [Edge(switch.id, target, Relation.CONNECTS) for target in below]
    for line in records.lines(text, "BlockName"):
        pairs = records.pairs(line)
        block = _component(Kind.BLOCK, pairs["BlockName"])
        components.append(block)
        edges += [Edge(block.id, f"node:{name}", Relation.CONTAINS) for name in names(pairs.get("Nodes", ""))]
    return tuple(components), tuple(edges)


def parse_cluster(text: str) -> str:
    """The cluster's name in `scontrol show config`, empty where it is not said."""
    return _setting(text, "ClusterName")


def parse_version(text: str) -> str:
    """Slurm's version there, empty where it is not said in numbers."""
    found = re.match(r"\d+\.\d+(?:\.\d+)*", _setting(text, "SLURM_VERSION"))
    return found.group() if found else ""


def _setting(text: str, name: str) -> str:
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if key.strip() == name:
            return clean(value)
    return ""


def _component(kind: Kind, name: str) -> Component:
    return Component(id=f"{kind}:{clean(name)}", kind=kind, name=clean(name), source=SOURCE)
