"""What a GPU can be selected by."""

from msgspec import Struct

from backends.model.node import Gpu, Node
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.select.field import SEVERITIES, UNKNOWN, Around, Field, Kind, Reading, number, words
from console.select.quantity import COUNT, PERCENT, POWER, TEMPERATURE
from console.views.gpus import gpus_of, holder
from console.words import UNKNOWN as NOT_SAID


class Held(Struct, frozen=True, gc=False):
    """A GPU in its node."""

    node: Node
    gpu: Gpu


def _of(snapshot: Snapshot) -> dict[str, Held]:
    return {f"{node.name}/{gpu.index}": Held(node, gpu) for node in snapshot.nodes.values() for gpu in gpus_of(node)}


def _job(held: Held, around: Around) -> Reading:
    found = holder(held.node, held.gpu.index, around.snapshot)
    return UNKNOWN if found == NOT_SAID else (found,)


def _old(held: Held, source: str, snapshot: Snapshot) -> bool:
    return snapshot.stale(held.node.scheduler if source == "scheduler" else held.node.hardware)


_HARDWARE = "hardware"

GPUS: Kind[Held] = Kind(
    "gpus",
    (
        Field(name="gpu", help="NODE/INDEX; globs", read=lambda h, _: (f"{h.node.name}/{h.gpu.index}",)),
        Field(name="pod", help="the pod it is of", read=lambda _, a: (a.snapshot.pod,)),
        Field(name="node", help="its node; globs and node sets", names=True, read=lambda h, _: (h.node.name,)),
        Field(name="index", help="its index", unit=COUNT, read=lambda h, _: number(h.gpu.index)),
        Field(name="rack", help="its node's", read=lambda h, _: words(h.node.rack)),
        Field(name="model", also=("gpu.model",), help="its model", read=lambda h, _: words(h.gpu.model) or UNKNOWN),
        Field(name="job", help="the job that holds it, or free", read=_job, source="scheduler"),
        Field(
            name="health",
            help="its controller's word",
            order=SEVERITIES,
            read=lambda h, _: UNKNOWN if h.gpu.health is Severity.UNKNOWN else (h.gpu.health.value,),
            source=_HARDWARE,
        ),
        Field(
            name="temp",
            also=("temp_c", "gpu.temp"),
            help="its temperature",
            unit=TEMPERATURE,
            read=lambda h, _: number(h.gpu.temp_c),
            source=_HARDWARE,
        ),
        Field(
            name="watts",
            also=("power_w", "gpu.power"),
            help="what it draws",
            unit=POWER,
            read=lambda h, _: number(h.gpu.power_w),
            source=_HARDWARE,
        ),
        Field(
            name="limit",
            also=("limit_w",),
            help="what it may draw",
            unit=POWER,
            read=lambda h, _: number(h.gpu.power_limit_w),
            source=_HARDWARE,
        ),
        Field(
            name="util",
            also=("gpu.util",),
            help="how busy it is",
            unit=PERCENT,
            read=lambda h, _: number(h.gpu.utilisation_pct),
            source=_HARDWARE,
        ),
        Field(
            name="ecc",
            also=("gpu.ecc",),
            help="uncorrectable errors",
            unit=COUNT,
            read=lambda h, _: number(h.gpu.ecc_uncorrectable),
            source=_HARDWARE,
        ),
        Field(name="throttle", help="why it is throttled", read=lambda h, _: h.gpu.throttle, source=_HARDWARE),
    ),
    of=_of,
    old=_old,
)
