"""The GPUs of a service: where each is found, where it is read, and what was read of it."""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from backends.model.node import Gpu
from backends.model.severity import Severity
from backends.model.topology import Relation
from backends.redfish.concurrency import gather
from backends.redfish.facts import port_up, well_of
from backends.redfish.parts import Plant, Sight
from backends.redfish.paths import bare, last_segment
from backends.redfish.quirks import throttle_reasons, utilisation_pct
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.views import GPU, GPU_ENVIRONMENT, GPU_METRICS, MEMORY_METRICS, PORT

_ECC = ("CacheMetricsTotal/LifeTime/", "LifeTime/")


class GpuPlace(Struct, frozen=True, kw_only=True):
    """A GPU and where to read it. `index` is its place on the board, which is what schedulers count, too."""

    index: int
    path: str
    model: str = ""
    serial: str = ""
    environment: str = ""
    metrics: str = ""
    memory: str = ""
    ports: tuple[str, ...] = ()

    def sights(self) -> tuple[Sight, ...]:
        """Everything that is read of it."""
        looked = (
            (self.path, GPU, self.path.rpartition("/")[0]),
            (self.environment, GPU_ENVIRONMENT, ""),
            (self.metrics, GPU_METRICS, ""),
            (self.memory, MEMORY_METRICS, ""),
            *((port, PORT, port.rpartition("/")[0]) for port in self.ports),
        )
        return tuple(Sight(path, view, collection) for path, view, collection in looked if path)


def in_board_order(found: list[dict[str, Resource]], lost: Iterable[str] = ()) -> list[tuple[int, Resource]]:
    """The GPUs of a host with their indices. Host and baseboard may both list the same ones: the Id tells.

    `lost` are resources that did not answer. One that is listed with the GPUs, and named as they are, is a GPU of
    which nothing is known: it is there all the same, and the others keep their numbers.
    """
    by_id: dict[str, Resource] = {}
    for gpus in found:
        for path, gpu in gpus.items():
            by_id.setdefault(gpu.text("Id") or last_segment(path), gpu)
    alike = {(bare(gpu.path).rpartition("/")[0], _stem(id_)) for id_, gpu in by_id.items()}
    for path in lost:
        if (path.rpartition("/")[0], _stem(last_segment(path))) in alike:
            by_id.setdefault(last_segment(path), Resource(path, {}))
    order = sorted(by_id, key=_natural)
    numbers = [_number(id_) for id_ in order]
    if 0 not in numbers or len(set(numbers)) < len(numbers) or -1 in numbers:
        numbers = list(range(len(order)))  # counted from 1, or not numbered: their order is all there is
    return [
        (number, by_id[id_])
        for number, id_ in zip(numbers, order, strict=True)
        if by_id[id_].text("Status/State") != "Absent"
    ]


async def place(round_: Round, plant: Plant, node: str, index: int, gpu: Resource) -> GpuPlace:
    """Where one GPU is read, everything on the way kept in `plant`; what its ports lead to is tied to `node`."""
    environment, metrics, memory = (
        gpu.link(pointer) for pointer in ("EnvironmentMetrics", "Metrics", "MemorySummary/Metrics")
    )
    read = await gather(*(round_.resource(path) for path in (environment, metrics, memory)))
    ports = await round_.resources(gpu.link("Ports"))
    links = {path: port for path, port in ports.items() if port.text("PortProtocol") == "NVLink"}
    plant.seen(*(one for one in (gpu, *read) if one is not None and one.body), *links.values())
    for port in links.values():
        for far in port.links("Links/ConnectedPorts"):
            plant.tie(far, f"node:{node}", Relation.CONNECTS)
    return GpuPlace(
        index=index,
        path=gpu.path,
        model=gpu.text("Model", 80),
        serial=gpu.text("SerialNumber", 80),
        environment=environment,
        metrics=metrics,
        memory=memory,
        ports=tuple(links),
    )


def gpu_of(at: GpuPlace, known: Mapping[str, Resource]) -> Gpu:
    """The facts of one GPU. One that did not answer is UNKNOWN, in everything."""
    own, environment, metrics, memory = (known.get(path) for path in (at.path, at.environment, at.metrics, at.memory))
    up = [port_up(known.get(port)) for port in at.ports]
    return Gpu(
        index=at.index,
        model=at.model,
        serial=at.serial,
        health=well_of(own) if own else Severity.UNKNOWN,
        temp_c=environment.number("TemperatureCelsius/Reading") if environment else None,
        power_w=environment.number("PowerWatts/Reading") if environment else None,
        power_limit_w=environment.number("PowerLimitWatts/SetPoint") if environment else None,
        utilisation_pct=utilisation_pct(metrics) if metrics else None,
        throttle=throttle_reasons(own, metrics),
        ecc_correctable=_ecc("CorrectableECCErrorCount", metrics, memory),
        ecc_uncorrectable=_ecc("UncorrectableECCErrorCount", metrics, memory),
        nvlinks=len(at.ports) or None,
        nvlinks_up=sum(one is True for one in up) if up and None not in up else None,
    )


def _ecc(name: str, metrics: Resource | None, memory: Resource | None) -> int | None:
    """The sum of caches and memory, of those that count; None where nothing does."""
    counts = [one.number(prefix + name) for one, prefix in zip((metrics, memory), _ECC, strict=True) if one]
    told = [int(count) for count in counts if count is not None]
    return sum(told) if told else None


def _number(id_: str) -> int:
    found = re.findall(r"[0-9]+", id_)
    return int(found[-1][:9]) if found else -1


def _stem(id_: str) -> str:
    return re.sub(r"[0-9]+$", "", id_)


def _natural(text: str) -> list[tuple[int, str]]:
    return [
        (int(part[:9]), "") if part.isascii() and part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)
    ]
