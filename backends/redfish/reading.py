"""The quick facts of a service whose structure is known: power, health, temperatures, watts.

This is what is asked for every few seconds for ever, so it asks for as little as tells the truth: the systems, each
GPU's and tray's EnvironmentMetrics, the trays. A GPU's own resource is read again only when the health of what holds
it is not OK or has changed: `HealthRollup` speaks for it (DSP0268), and without rollups every GPU is read.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from backends.clean import clean
from backends.model.node import Gpu, HardwareFacts, Power
from backends.model.observation import HardwareInventory
from backends.model.severity import Severity, worst
from backends.redfish.concurrency import gather
from backends.redfish.round import Round
from backends.redfish.schema import Chassis, ComputerSystem, EnvironmentMetrics, Processor
from backends.redfish.status import health, power, reading, set_point, state
from backends.redfish.structure import GpuPlace, Host, Structure

_UNASKED = EnvironmentMetrics()


class Reading:
    """Reads the quick facts again and again. `known` are processors just read; they are kept up to date here."""

    def __init__(self, structure: Structure, known: Mapping[str, Processor], source: str) -> None:
        self._structure = structure
        self._processors = dict(known)
        self._health: dict[str, Severity] = {}
        self._source = source
        self._first = True

    async def inventory(self, round_: Round, systems: Mapping[str, ComputerSystem | None]) -> HardwareInventory:
        """Facts of every host, with trays and racks, and the round's errors."""
        structure = self._structure
        facts = await gather(*(self._host(round_, host, systems) for host in structure.hosts))
        components = structure.components
        if not self._first:
            chassis = await round_.some(tuple(structure.shown), structure.chassis, Chassis)
            fresh = {
                structure.shown[path]: health(one.status) if one else Severity.UNKNOWN for path, one in chassis.items()
            }
            components = tuple(replace(one, health=fresh.get(one.id, one.health)) for one in components)
        self._first = False
        return HardwareInventory(
            systems={host.name: known for host, known in zip(structure.hosts, facts, strict=True)},
            components=components,
            edges=structure.edges,
            errors=tuple(round_.errors),
        )

    async def _host(self, round_: Round, host: Host, systems: Mapping[str, ComputerSystem | None]) -> HardwareFacts:
        """A host that does not answer keeps what cannot change, and is UNKNOWN in the rest."""
        answered = systems.get(host.path)
        system = answered or host.system
        powered = power(answered.power_state) if answered else Power.UNKNOWN
        well = self._well(host, systems, powered)
        metrics = await round_.read(host.metrics, EnvironmentMetrics)
        gpus = self._asleep(host) if powered is Power.OFF else await self._gpus(round_, host, well, systems)
        return HardwareFacts(
            source=self._source,
            system=host.path,
            power=powered,
            health=well,
            state=state(answered.status) if answered else "",
            model=clean(system.model or "", 80),
            serial=clean(system.serial_number or "", 80),
            uuid=clean(system.uuid or "", 40).lower(),
            host_name=clean(system.host_name or "", 255),
            rack=host.rack,
            chassis=host.chassis,
            slot=host.slot,
            power_w=reading(metrics.power_watts) if metrics else None,
            temp_c=reading(metrics.temperature_celsius) if metrics else None,
            gpus=gpus,
            reset_types=host.reset_types,
        )

    def _well(self, host: Host, systems: Mapping[str, ComputerSystem | None], powered: Power) -> Severity:
        """The worst of host and baseboards. A baseboard answers 503 while its host is off: that is not its health."""
        parts = [systems.get(path) for path in (host.path, *host.baseboards)]
        if powered is Power.OFF:
            parts = [part for place, part in enumerate(parts) if part is not None or place == 0]
        return worst(*(health(part.status) if part else Severity.UNKNOWN for part in parts))

    def _asleep(self, host: Host) -> tuple[Gpu, ...]:
        """The GPUs of a host that is off: they have no temperature, and draw nothing worth asking for."""
        self._health.pop(host.path, None)
        for gpu in host.gpus:
            self._processors.pop(gpu.path, None)
        return tuple(self._gpu(gpu, Severity.UNKNOWN, _UNASKED) for gpu in host.gpus)

    async def _gpus(
        self, round_: Round, host: Host, well: Severity, systems: Mapping[str, ComputerSystem | None]
    ) -> tuple[Gpu, ...]:
        """The GPUs of a host, their own resources read again where no rollup speaks for them."""
        before, self._health[host.path] = self._health.get(host.path, well), well
        covered = [path + "/" for path in (host.path, *host.baseboards) if _rolled_up(systems.get(path))]
        doubtful = [
            gpu.path
            for gpu in host.gpus
            if gpu.path not in self._processors
            or (not self._first and (before is not well or not gpu.path.startswith(tuple(covered))))
        ]
        read = await round_.each(doubtful, Processor)
        self._processors.update({path: one or Processor() for path, one in read.items()})
        metrics = await gather(*(round_.read(gpu.metrics, EnvironmentMetrics) for gpu in host.gpus))
        return tuple(
            self._gpu(gpu, health(self._processors[gpu.path].status), found or _UNASKED)
            for gpu, found in zip(host.gpus, metrics, strict=True)
        )

    def _gpu(self, place: GpuPlace, well: Severity, metrics: EnvironmentMetrics) -> Gpu:
        return Gpu(
            index=place.index,
            model=place.model,
            serial=place.serial,
            health=well,
            temp_c=reading(metrics.temperature_celsius),
            power_w=reading(metrics.power_watts),
            power_limit_w=set_point(metrics.power_limit_watts),
        )


def _rolled_up(system: ComputerSystem | None) -> bool:
    """Whether everything in a system is reported well."""
    return bool(system and system.status and system.status.health_rollup == Severity.OK)
