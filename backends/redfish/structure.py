"""What a service consists of: the slow facts, found by links once and kept while the members stay the same."""

from msgspec import Struct

from backends.model.topology import Component, Edge
from backends.redfish.gpus import GpuPlace
from backends.redfish.parts import Part
from backends.redfish.resource import Resource
from backends.redfish.schema import ComputerSystem


class Host(Struct, frozen=True, kw_only=True):
    """A node with everything that is read for it. Paths are links as the service gave them.

    `tray` is the chassis it sits in, where that is its alone: a shared tray's power is nobody's.
    `system` is the last description of it, for the facts that do not change while it is silent.
    """

    name: str
    path: str
    system: ComputerSystem
    baseboards: tuple[str, ...] = ()
    gpus: tuple[GpuPlace, ...] = ()
    chassis: str = ""
    rack: str = ""
    slot: int | None = None
    tray: str = ""
    reset_types: tuple[str, ...] = ()


class Structure(Struct, frozen=True, kw_only=True):
    """One discovery's result.

    `members` are the paths of the systems it holds for. `ids` are component ids by path, GPUs (`gpu:NODE/INDEX`)
    included. `limits` are the sensors, by path, whose thresholds bound a measurement.
    `lost` is what did not answer during it, with why, by bare path: it is then repeated sooner.
    """

    members: frozenset[str]
    hosts: tuple[Host, ...]
    components: tuple[Component, ...]
    edges: tuple[Edge, ...]
    parts: tuple[Part, ...]
    ids: dict[str, str]
    limits: dict[str, Resource]
    lost: dict[str, str]
    found_at_s: float
