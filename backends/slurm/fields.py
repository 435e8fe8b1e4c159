"""Slurm's small notations: node sets, times, durations, GPUs and their indices. Pure; raises Malformed."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet, NodeSetException

from backends.errors import Malformed

_NOTHING = frozenset({"", "(null)", "N/A", "n/a", "NONE", "None", "Unknown", "UNLIMITED", "none"})
_DURATION = re.compile(r"(?:(?P<days>\d+)-)?(?:(?P<hours>\d+):)?(?P<minutes>\d+):(?P<seconds>\d+)")
_GPU = re.compile(r"(?:gres[/:])?gpu(?P<rest>[:=].*)?")
_INDEX = re.compile(r"\((?:[^()]*,)?IDX:(?P<set>[^()]*)\)")


def present(text: str) -> str:
    """The text, empty where Slurm writes one of its words for nothing."""
    return "" if text in _NOTHING else text


def number(text: str) -> int:
    """A whole number, 0 where there is none. `16-16` (a range of nodes) is its lower end."""
    digits = re.match(r"\d+", text)
    return int(digits.group()) if digits else 0


def instant(text: str) -> datetime | None:
    """A time as Slurm writes it under TZ=UTC, None where there is none."""
    if not present(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise Malformed(f"not a time: {text[:40]!r}", where="slurm") from None


def epoch(seconds: int | None) -> datetime | None:
    """A time in JSON: seconds since 1970, where 0 is never."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def duration_s(text: str) -> int | None:
    """`1-02:03:04` in seconds, None for unlimited."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


@lru_cache(maxsize=50_000)  # a fleet's jobs keep their nodes from round to round: 1 ms of a NodeSet for each, once
def names(text: str) -> tuple[str, ...]:
    """The nodes of a set, expanded and in order. Groups (`@name`) do not exist in Slurm's notation."""
    if not present(text):
        return ()
    try:
        return tuple(NodeSet(text, resolver=RESOLVER_NOGROUP))
    except NodeSetException:
        raise Malformed(f"not a node set: {text[:80]!r}", where="slurm") from None


def folded(nodes: Iterable[str]) -> str:
    """Nodes as one set, in the notation Slurm and operators share."""
    return _folded(tuple(nodes))


@lru_cache(maxsize=50_000)  # as `names`
def _folded(nodes: tuple[str, ...]) -> str:
    return str(NodeSet.fromlist(list(nodes), resolver=RESOLVER_NOGROUP))


def gpus(text: str) -> int:
    """How many GPUs `gpu:h100:8(S:0-1),shard:4`, `gres/gpu:2` or `cpu=4,gres/gpu=4,gres/gpu:h100=4` says."""
    plain, typed = 0, 0
    for rest in _gpu_entries(text):
        *model, count = re.split("[:=]", rest) if rest else ["1"]
        if not count.isdigit():  # `gres/gpu:h100` alone: one of that type
            model, count = [*model, count], "1"
        if any(model):
            typed += int(count)
        else:
            plain += int(count)
    # TRES name the total and each type again; GRES name each type once. Whichever is there, the larger is the total.
    return max(plain, typed)


def gpu_model(text: str) -> str:
    """The type in `gpu:h100:8`, the first where there are several, empty where there is none."""
    for rest in _gpu_entries(text):
        model = re.split("[:=]", rest)[0]
        if model and not model.isdigit():
            return model
    return ""


def gpu_indices(text: str) -> tuple[int, ...]:
    """The device indices in `gpu:h100:4(IDX:0-2,5)`, every type of GPU together. `N/A` is none."""
    found: set[int] = set()
    for entry in re.findall(r"gpu(?::[^,(]*)?\([^()]*\)", text):
        match = _INDEX.search(entry)
        if match is None or match["set"] == "N/A":
            continue
        for part in match["set"].split(","):
            first, _, last = part.partition("-")
            if not first.isdigit() or (last and not last.isdigit()) or int(last or first) > _MOST_INDEX:
                raise Malformed(f"not a set of GPU indices: {entry[:80]!r}", where="slurm")
            found.update(range(int(first), int(last or first) + 1))
    return tuple(sorted(found))


_MOST_INDEX = 4096  # no node has that many devices; a larger number is nonsense that must not fill memory


def _gpu_entries(text: str) -> list[str]:
    """What follows `gpu` in every entry that is a GPU, without its separator and without parentheses."""
    entries = re.sub(r"\([^()]*\)", "", text).split(",")
    matches = (_GPU.fullmatch(entry.strip()) for entry in entries)
    return [(match["rest"] or "")[1:] for match in matches if match]
