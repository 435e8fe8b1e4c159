"""A field of a kind of things: what it is called, what it is counted in, and how it is read off a thing.

A reading is a tuple, for a node has several GPUs and jobs. None in it is "not known"; an empty tuple is "none there".
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from typing import Generic, TypeVar

from msgspec import Struct

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot
from backends.model.topology import Kind as Part
from backends.model.topology import Topology
from console.select.quantity import Unit

Thing = TypeVar("Thing")
Reading = tuple[str | float | None, ...]

UNKNOWN: Reading = (None,)
SEVERITIES = ("ok", "warning", "critical")
"""In their order: `severity>=warning`."""


class Around(Struct, frozen=True, dict=True):
    """The pod a thing is of, and the time: what fields that look beyond the thing itself are read from."""

    snapshot: Snapshot
    now: datetime

    @cached_property
    def findings(self) -> dict[str, list[Finding]]:
        """By node: those that hit it."""
        found: dict[str, list[Finding]] = {}
        for finding in self.snapshot.findings:
            for node in finding.hits_nodes:
                found.setdefault(node, []).append(finding)
        return found

    @cached_property
    def domains(self) -> dict[str, list[str]]:
        """The NVLink domains by node."""
        found: dict[str, list[str]] = {}
        for domain, nodes in domains_of(self.snapshot.topology).items():
            for node in nodes:
                found.setdefault(node, []).append(domain)
        return found


def domains_of(topology: Topology) -> dict[str, list[str]]:
    """The nodes of each NVLink domain."""
    found: dict[str, list[str]] = {}
    for domain in topology.of_kind(Part.NVLINK_DOMAIN):
        reached = (identity.partition(":") for identity in topology.downstream(domain.id))
        found[topology.label(domain.id)] = [name for kind, _, name in reached if kind == Part.NODE.value]
    return found


class Field(Struct, Generic[Thing], frozen=True, kw_only=True):
    """One field. Without a `unit` it is text; with `order` its words have one, the least first.

    A field of several numbers stands for the highest of them. Where there are `choices`, another word is a slip of the
    pen, but for one with the sign `free` in it. `source` says whose word it is, where it can be old: `scheduler` or
    `hardware`. `names` are node names, so that its values may be node sets.
    """

    name: str
    help: str
    read: Callable[[Thing, Around], Reading]
    also: tuple[str, ...] = ()
    unit: Unit | None = None
    order: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    free: str = ""
    source: str = ""
    names: bool = False


class Kind(Generic[Thing]):
    """A kind of things that can be selected, and its fields by every name they have.

    `of` lists the things of a snapshot by the key their row has; `old` says whether a source's facts of one are old.
    """

    def __init__(
        self,
        name: str,
        fields: Sequence[Field[Thing]],
        of: Callable[[Snapshot], Mapping[str, Thing]],
        old: Callable[[Thing, str, Snapshot], bool],
    ) -> None:
        self.name = name
        self.fields = tuple(fields)
        self.of = of
        self.old = old
        self._named = {alias: field for field in fields for alias in (field.name, *field.also)}

    def get(self, name: str) -> Field[Thing] | None:
        """The field of this name, whatever the case."""
        return self._named.get(name.lower())

    def nearest(self, name: str) -> str:
        """`; did you mean gpu.temp?`, or what there is."""
        close = get_close_matches(name.lower(), self._named, n=1)
        if close:
            return f"; did you mean {close[0]}?"
        return f"; fields of {self.name}: {', '.join(field.name for field in self.fields)}"


def words(*texts: str) -> Reading:
    """Texts as a reading, those that are empty left out."""
    return tuple(text for text in texts if text)


def number(value: float | None) -> Reading:
    """One number as a reading."""
    return (value,)


def seconds_since(at: datetime | None, now: datetime) -> Reading:
    """An age, in seconds; not known without a beginning."""
    return ((now - at).total_seconds() if at is not None else None,)
