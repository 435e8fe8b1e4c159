"""`sinfo --json` of 22.05 and `scontrol show nodes --json` from 23.02 on, as model values. Pure: bytes in."""

import msgspec
from msgspec import Struct

from backends.clean import clean
from backends.model.node import SchedulerFacts
from backends.model.observation import SchedulerNodes
from backends.model.reason import Reason
from backends.slurm import state
from backends.slurm.fields import epoch, gpu_indices, gpu_model, gpus
from backends.slurm.json_values import Count, SlurmError, Words, checked, malformed, value, words
from backends.slurm.nodes import SOURCE


class _Node(Struct, frozen=True, kw_only=True):
    name: str
    state: Words
    state_flags: Words = None
    partitions: Words = None
    address: str = ""
    cpus: Count = 0
    alloc_cpus: Count = 0
    real_memory: Count = 0
    alloc_memory: Count = 0
    gres: str | None = ""
    gres_used: str | None = ""
    active_features: Words = None
    version: str | None = None
    slurmd_version: str | None = None
    boot_time: Count = None
    reason: str | None = ""
    reason_set_by_user: str | None = ""
    reason_changed_at: Count = None


class _Answer(Struct, frozen=True):
    nodes: list[_Node]
    errors: list[SlurmError] = []


_DECODER = msgspec.json.Decoder(_Answer)


def decode_nodes(data: bytes) -> SchedulerNodes:
    """Every node of an answer. Raises Malformed, and Unreachable for an empty one that carries errors."""
    try:
        answer = _DECODER.decode(data)
    except msgspec.DecodeError as error:
        raise malformed(error, SOURCE) from None
    checked(answer.errors, empty=not answer.nodes, where=SOURCE)
    return SchedulerNodes({clean(node.name): _facts(node) for node in answer.nodes})


def _facts(node: _Node) -> SchedulerFacts:
    compound = state.ordered([*words(node.state), *words(node.state_flags)])
    reason = None
    if node.reason and state.keeps_reason(compound):
        at = epoch(value(node.reason_changed_at))
        reason = Reason(clean(node.reason), clean(node.reason_set_by_user or ""), at)
    return SchedulerFacts(
        source=SOURCE,
        state=compound,
        service=state.service(compound),
        responding=state.responding(compound),
        reason=reason,
        partitions=tuple(clean(word) for word in words(node.partitions)),
        address=clean(node.address),
        cpus=value(node.cpus) or 0,
        cpus_used=value(node.alloc_cpus) or 0,
        memory_mb=value(node.real_memory) or 0,
        memory_used_mb=value(node.alloc_memory) or 0,
        gpu_model=clean(gpu_model(node.gres or "")),
        gpus=gpus(node.gres or ""),
        gpus_used=gpus(node.gres_used or ""),
        gpu_indices_used=gpu_indices(node.gres_used or ""),
        features=tuple(clean(word) for word in words(node.active_features)),
        version=clean(node.version or node.slurmd_version or ""),
        boot_at=epoch(value(node.boot_time)),
    )
