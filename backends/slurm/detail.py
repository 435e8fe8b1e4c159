"""Which GPU indices a job holds on which node: from `scontrol -d -o show job N`, or its JSON where there is one.

The text carries what people write (names, comments) unescaped, so a forged `Nodes=... GRES=...(IDX:...)` may stand in
it. It is believed only when it tells of exactly the job's nodes, each once; otherwise the indices are not known.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from backends.errors import Malformed
from backends.slurm import records
from backends.slurm.fields import gpu_indices, gpus, names

_HELD = re.compile(r"Nodes=(?P<nodes>\S+) +CPU_IDs=\S* +Mem=\S* +GRES=(?P<gres>\S*)")
_ANY = re.compile(r"Nodes=\S+\s+CPU_IDs=|\(IDX:")


class Held(Struct, frozen=True):
    """The GPUs of a job: how many in all, and which on each node. None of `gpus`: not known."""

    gpus: int | None = None
    indices: dict[str, tuple[int, ...]] = {}


def parse_detail(text: str, nodes: tuple[str, ...]) -> Held:
    """What the text says of a job that holds `nodes`. Ambiguous is not known."""
    indices: dict[str, tuple[int, ...]] = {}
    told: list[str] = []
    count = 0
    matches = list(_HELD.finditer(text))
    try:
        for match in matches:
            here = names(match["nodes"])
            told += here
            count += gpus(match["gres"]) * len(here)
            indices |= dict.fromkeys(here, gpu_indices(match["gres"]))
    except Malformed:
        return Held()
    if sorted(told) != sorted(nodes) or _stray(text, matches):
        return Held()
    return Held(count, _agreeing(indices, count))


def parse_details(text: str, wanted: Mapping[str, tuple[str, ...]]) -> dict[str, Held]:
    """Of `scontrol -d -o show jobs`, what each wanted job holds, by its number; `wanted` maps it to the job's nodes."""
    return dict(each(text, wanted))


def each(text: str, wanted: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, Held]]:
    """What each wanted job holds, read when its turn comes; one of whom the text says nothing certain is missing.

    A line break in what people write begins no other job's record: whoever is told of twice is not known.
    """
    lines: dict[str, list[str]] = {}
    for line in records.lines(text, "JobId"):
        number = line.partition(" ")[0].removeprefix("JobId=")
        if number in wanted:
            lines.setdefault(number, []).append(line)
    for number, found in lines.items():
        held = parse_detail(found[0], wanted[number]) if len(found) == 1 else Held()
        if held.gpus is not None:
            yield number, held


def held_from_list(gres_detail: list[str], nodes: tuple[str, ...]) -> Held:
    """What JSON's `gres_detail` says: one entry a node, in the order of the job's nodes."""
    if len(gres_detail) != len(nodes):
        return Held()
    try:
        indices = {node: gpu_indices(entry) for node, entry in zip(nodes, gres_detail, strict=True)}
        count = sum(gpus(entry) for entry in gres_detail)
    except Malformed:
        return Held()
    return Held(count, _agreeing(indices, count))


def _agreeing(indices: dict[str, tuple[int, ...]], count: int) -> dict[str, tuple[int, ...]]:
    """The indices where they are as many as the GPUs; shared or unbound GPUs have fewer, and are then not known."""
    return indices if count and sum(map(len, indices.values())) == count else {}


def _stray(text: str, matches: "list[re.Match[str]]") -> bool:
    """Whether something that looks like an allocation stands outside those that were read."""
    rest = text
    for match in matches:
        rest = rest.replace(match.group(), " ", 1)
    return _ANY.search(rest) is not None
