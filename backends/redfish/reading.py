"""The quick facts of a service whose structure is known: power, health, temperatures, watts, leaks, flows.

This is what is asked for every few seconds for ever, so it asks for as little as tells the truth: the systems, the
service's own list of what is wrong, and what `watch` cannot know otherwise.
"""

from collections.abc import Mapping

from backends import portions
from backends.clean import clean
from backends.model.measurement import Quantity
from backends.model.node import HardwareFacts, Power
from backends.model.observation import HardwareInventory
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity, worst
from backends.redfish.conditions import all_well, conditions_of, origins_of
from backends.redfish.facts import facts_of, well_of
from backends.redfish.gpus import gpu_of
from backends.redfish.paths import bare
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.schema import ComputerSystem
from backends.redfish.status import health, power, state
from backends.redfish.structure import Host, Structure
from backends.redfish.watch import Watch

Systems = Mapping[str, ComputerSystem | None]


class Reading:
    """Reads the quick facts again and again. `found` is what discovery just read; it serves the first round."""

    def __init__(self, structure: Structure, found: dict[str, Resource], source: str) -> None:
        self._structure = structure
        self._source = source
        sights = [sight for part in structure.parts for sight in part.sights]
        sights += [sight for host in structure.hosts for gpu in host.gpus for sight in gpu.sights()]
        self._watch = Watch(sights, found, structure.found_at_s)
        self._health: dict[str, Severity] = {}
        self._first = True
        self._believed = True

    async def inventory(
        self, round_: Round, systems: Systems, conditions: Resource | None, reports: str, now_s: float
    ) -> HardwareInventory:
        """Facts of every host and part, and the round's errors. `reports` is the collection of metric reports."""
        asleep = self._asleep(systems)
        if self._first:
            self._watch.forget(asleep)
            known = self._watch.known.values()
            ill = any(well_of(one) in (Severity.WARNING, Severity.CRITICAL) for one in known)
            self._believed = not (ill and all_well(conditions))
            await self._watch.choose_reports(round_, reports, now_s)
        covered = self._covered(systems)
        all_is_well = all_well(conditions) and self._believed
        if not self._first:
            await self._watch.refresh(
                round_,
                now_s,
                well=lambda path: all_is_well or path.startswith(covered),
                origins=origins_of(conditions),
                asleep=asleep,
            )
        self._first = False
        structure, known_now = self._structure, self._watch.known
        parts = (
            (part.id, facts_of(part, known_now, structure.limits, structure.ids, self._source))
            for part in structure.parts
        )
        facts = dict(await portions.read(parts))
        hosts = (
            (host.name, self._host(host, systems, facts.get(structure.ids.get(host.tray, ""))))
            for host in structure.hosts
        )
        return HardwareInventory(
            systems=dict(await portions.read(hosts)),
            components=structure.components,
            edges=structure.edges,
            errors=self._errors(round_, systems),
            facts=facts,
            conditions=conditions_of(conditions, self._component, self._source),
        )

    def _host(self, host: Host, systems: Systems, tray: ComponentFacts | None) -> HardwareFacts:
        """A host that does not answer keeps what cannot change, and is UNKNOWN in the rest."""
        answered = systems.get(host.path)
        system = answered or host.system
        powered = power(answered.power_state) if answered else Power.UNKNOWN
        return HardwareFacts(
            source=self._source,
            system=host.path,
            power=powered,
            health=_well(host, systems, powered),
            state=state(answered.status) if answered else "",
            model=clean(system.model or "", 80),
            serial=clean(system.serial_number or "", 80),
            uuid=clean(system.uuid or "", 40).lower(),
            host_name=clean(system.host_name or "", 255),
            rack=host.rack,
            chassis=host.chassis,
            slot=host.slot,
            power_w=_whole(tray, Quantity.POWER),
            temp_c=_whole(tray, Quantity.TEMPERATURE),
            gpus=tuple(gpu_of(gpu, self._watch.known) for gpu in host.gpus),
            reset_types=host.reset_types,
            boot=clean(answered.boot_progress.last_state or "", 60) if answered and answered.boot_progress else "",
            bios=clean(system.bios_version or "", 60),
        )

    def _asleep(self, systems: Systems) -> frozenset[str]:
        """What belongs to the GPUs of hosts that are off: they have no temperature, and nothing worth asking for."""
        return frozenset(sight.path for host in self._off(systems) for gpu in host.gpus for sight in gpu.sights())

    def _off(self, systems: Systems) -> tuple[Host, ...]:
        """The hosts that are off now."""
        return tuple(
            host
            for host in self._structure.hosts
            if (answered := systems.get(host.path)) and power(answered.power_state) is Power.OFF
        )

    def _errors(self, round_: Round, systems: Systems) -> tuple[str, ...]:
        """What went wrong, and what discovery could not read and nothing has since: its facts are missing still.

        A baseboard that answers 503 while its host is off is not there, and has not failed.
        """
        expected = tuple(f"{board}: 503" for host in self._off(systems) for board in host.baseboards)
        lost = dict(self._structure.lost)
        if lost:
            read = {bare(path) for path in (*self._watch.known, *(at for at, system in systems.items() if system))}
            read |= round_.failed.keys()
            lost = {path: error for path, error in lost.items() if path not in read}
        errors = dict.fromkeys((*round_.errors, *lost.values()))
        return tuple(error for error in errors if not any(one in error for one in expected))

    def _covered(self, systems: Systems) -> tuple[str, ...]:
        """Paths below the systems whose rollup speaks for them. One whose health changed does not, this once."""
        covered: list[str] = []
        for path, system in systems.items():
            now = health(system.status) if system else Severity.UNKNOWN
            before, self._health[path] = self._health.get(path, now), now
            if before is now and system and system.status and system.status.health_rollup == Severity.OK:
                covered.append(f"{path}/")
        return tuple(covered)

    def _component(self, origin: str) -> str:
        """The component, node or GPU a path belongs to: its own, or the nearest above."""
        path = origin.rstrip("/")
        while path.count("/") > 3:
            if path in self._structure.ids:
                return self._structure.ids[path]
            path = path.rpartition("/")[0]
        return self._structure.ids.get(path, "")


def _whole(tray: ComponentFacts | None, quantity: Quantity) -> float | None:
    """What a tray measures as a whole: a reading with a label is one of a part of it."""
    found = tray.measurements if tray else ()
    return next((one.value for one in found if one.quantity is quantity and not one.label), None)


def _well(host: Host, systems: Systems, powered: Power) -> Severity:
    """The worst of host and baseboards. A baseboard answers 503 while its host is off: that is not its health."""
    parts = [systems.get(path) for path in (host.path, *host.baseboards)]
    if powered is Power.OFF:
        parts = [part for place, part in enumerate(parts) if part is not None or place == 0]
    return worst(*(health(part.status) if part else Severity.UNKNOWN for part in parts))
