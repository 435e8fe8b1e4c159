"""`scontrol -d -o show nodes` as model values: what every version has, at a fifth of the cost of its JSON."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from backends.clean import clean
from backends.errors import Malformed
from backends.model.node import SchedulerFacts
from backends.model.observation import SchedulerNodes
from backends.model.reason import Reason
from backends.slurm import records, state
from backends.slurm.fields import gpu_indices, gpu_model, gpus, instant, number, present

SOURCE = "slurm.nodes"

# These change while a node works and are not read here: without them a node that has not changed has the same line.
_VOLATILE = re.compile(r" (?:CPULoad|FreeMem|LastBusyTime|CurrentWatts|AveWatts)=[^ ]*")
_KEPT = 131_072  # lines, of some 700 bytes: the nodes of a fleet

_REASON = re.compile(r"^(?P<text>.*) \[(?P<by>[^\[\]@]*)@(?P<at>[^\[\]@ ]+)\]", re.DOTALL)


def parse_nodes(text: str) -> SchedulerNodes:
    """Every node of an answer."""
    return told(each(text), text)


def each(text: str) -> Iterator[tuple[str, SchedulerFacts]]:
    """The nodes of an answer by name, each read when its turn comes."""
    return (_node(_steady(line)) for line in records.lines(text, "NodeName"))


def told(found: Iterable[tuple[str, SchedulerFacts]], text: str) -> SchedulerNodes:
    """What was found in a text. Not one node where something was said is Malformed, never an empty cluster."""
    nodes = dict(found)
    if not nodes and text.strip():
        raise Malformed(f"`scontrol show nodes` says no node: {clean(text, 80)!r}", where=SOURCE)
    return SchedulerNodes(nodes)


def _steady(line: str) -> str:
    """A line without what changes by itself. Only what Slurm states: a reason is people's, and kept."""
    stated, reason, rest = line.partition(" Reason=")
    return f"{_VOLATILE.sub('', stated)}{reason}{rest}"


@lru_cache(maxsize=_KEPT)  # an unchanged node is the same object again, and costs 3 us where reading it costs 50
def _node(line: str) -> tuple[str, SchedulerFacts]:
    # The reason is free text and stands after everything that is read here: it must not be able to state any of it.
    stated, _, reason = line.partition(" Reason=")
    pairs = records.pairs(stated)
    try:
        name, words = pairs["NodeName"], state.compound(pairs["State"])
    except KeyError as missing:
        raise Malformed(f"a node without {missing}: {clean(line, 80)!r}", where=SOURCE) from None
    gres = pairs.get("Gres", "")
    used = pairs.get("GresUsed", "")
    return clean(name), SchedulerFacts(
        source=SOURCE,
        state=words,
        service=state.service(words),
        responding=state.responding(words),
        reason=_reason(reason) if reason and state.keeps_reason(words) else None,
        partitions=_words(pairs.get("Partitions", "")),
        address=clean(pairs.get("NodeAddr", "")),
        cpus=number(pairs.get("CPUTot", "")),
        cpus_used=number(pairs.get("CPUAlloc", "")),
        memory_mb=number(pairs.get("RealMemory", "")),
        memory_used_mb=number(pairs.get("AllocMem", "")),
        gpu_model=clean(gpu_model(gres)),
        gpus=gpus(gres),
        gpus_used=gpus(used),
        gpu_indices_used=gpu_indices(used),
        features=_words(pairs.get("ActiveFeatures", "")),
        version=clean(pairs.get("Version", "")),
        boot_at=instant(pairs.get("BootTime", "")),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(clean(word) for word in present(text).split(",") if word)


def _reason(text: str) -> Reason:
    match = _REASON.match(text)
    if match is None:
        return Reason(clean(text))
    try:
        at = instant(match["at"])
    except Malformed:  # somebody's own brackets: the text as it stands
        return Reason(clean(text))
    return Reason(clean(match["text"]), clean(match["by"]), at)
