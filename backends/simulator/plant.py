"""The power and cooling around the nodes of a pod: who feeds and who cools which rack, and what a loss does to it."""

from collections.abc import Callable
from functools import partial

from backends.simulator.agenda import Agenda
from backends.simulator.alarm import Alarms
from backends.simulator.cooling import (
    FLOW_CAUTION,
    FLOW_CRITICAL,
    LEVEL_CAUTION_PCT,
    LEVEL_CRITICAL_PCT,
    RACKS_PER_CDU,
    SUPPLY_CAUTION_C,
    SUPPLY_CRITICAL_C,
    Cdu,
)
from backends.simulator.gpu import SimGpu
from backends.simulator.leak import FORCE_OFF, LeakDetector, Leaks
from backends.simulator.meter import SAMPLE_S, Meters
from backends.simulator.node import TRAY_W, SimNode
from backends.simulator.nvlink import SwitchTray, switch_count
from backends.simulator.partition import Racks
from backends.simulator.pdu import Outlet, Pdu
from backends.simulator.power import PowerPlant, Reset
from backends.simulator.shape import PodShape
from backends.simulator.shelf import EFFICIENCY, SUPPLIES, Shelf, supply_w
from backends.simulator.stopwatch import Stopwatch
from backends.simulator.thermal import BUSY_W, RIPPLE, Coolant

SWITCH_W = 1_100.0
SHELVES = 2
_SWITCH_LIQUID = 0.8
_MARGIN = 1.1
_KEPT = 0.97
_BUDGET = 1.12
_LEAK_DELAY_S = 30


class Plant:
    """The plant of one pod, by name. `connect` ties it to the nodes it powers and cools, once they all exist.

    `budget_w` is what the pod may draw; `extra_c` what reaches a rack warmer than its unit sends it.
    """

    def __init__(self, shape: PodShape, agenda: Agenda, racks: Racks, alarms: Alarms) -> None:
        self.shape = shape
        self._agenda = agenda
        self._racks = racks
        self._alarms = alarms
        self._cap_w = [float("inf")] * shape.racks
        self._dark: dict[int, list[SimNode]] = {}
        self.extra_c = [0.0] * shape.racks
        self._lit_s = [Stopwatch() for _ in range(shape.racks)]
        for watch in self._lit_s:
            watch.run(0.0, on=True)
        switches = switch_count(shape.nodes_per_rack)
        node_w = TRAY_W + shape.gpus_per_node * BUSY_W * (1 + RIPPLE)
        self.rack_peak_w = shape.nodes_per_rack * node_w + switches * SWITCH_W
        self.switches = {
            name: SwitchTray(name, rack, index)
            for rack, prefix in enumerate(shape.rack_names, 1)
            for index in range(switches)
            for name in [f"{prefix}-sw{index + 1}"]
        }
        per_psu_w = supply_w(self.rack_peak_w * _MARGIN)
        self.shelves = {
            name: Shelf(name, rack, number, per_psu_w)
            for rack, prefix in enumerate(shape.rack_names, 1)
            for number in range(1, SHELVES + 1)
            for name in [f"{prefix}-shelf{number}"]
        }
        pdus = (Pdu(f"{prefix}-pdu1", rack, SHELVES) for rack, prefix in enumerate(shape.rack_names, 1))
        self.pdus = {pdu.name: pdu for pdu in pdus}
        self.cdus = {cdu.name: cdu for cdu in self._make_cdus()}
        self._cdu_of = {rack: cdu for cdu in self.cdus.values() for rack in cdu.racks}
        self.normal_budget_w = self.rack_peak_w * shape.racks * _BUDGET + sum(
            0.02 * cdu.rated_w for cdu in self.cdus.values()
        )
        self.budget_w = self.normal_budget_w
        self.meters = Meters(lambda: agenda.now_s)
        self.leaks = Leaks(agenda, alarms)

    def connect(self, refresh: Callable[[SimNode], None], power: PowerPlant) -> None:
        """Tell it how a node hears of its coolant and supply, and who switches nodes."""
        self._refresh = refresh
        self._power = power
        for cdu in self.cdus.values():
            cdu.on_change = self._cooled
            self.leaks.detectors[cdu.name] = self._cdu_detector(cdu)
        for node in (node for rack in self._racks for node in rack):
            self.leaks.detectors[node.name] = self._tray_detector(node)
        self._agenda.after(0.0, self._sample)

    def cdu_of(self, rack: int) -> Cdu:
        """The unit that cools a rack, counted from 1."""
        return self._cdu_of[rack]

    def coolant(self, rack: int) -> Coolant:
        """What reaches the cold plates of a rack now."""
        sent = self._cdu_of[rack].coolant(self._agenda.now_s)
        extra_c = self.extra_c[rack - 1]
        return Coolant(sent.supply_c + extra_c, sent.flow) if extra_c else sent

    def cap_w(self, rack: int) -> float:
        """What one GPU of a rack may draw: unlimited while its supplies carry the load."""
        return self._cap_w[rack - 1]

    def within(self, node: SimNode) -> tuple[str, ...]:
        """What a node is part of, itself included."""
        return node.name, self.shape.rack_names[node.rack - 1], self.shape.pod

    def within_rack(self, name: str, rack: int) -> tuple[str, ...]:
        """What a part of a rack is part of."""
        return name, self.shape.rack_names[rack - 1], self.shape.pod

    def shelves_of(self, rack: int) -> list[Shelf]:
        """The shelves on a rack's busbar."""
        prefix = self.shape.rack_names[rack - 1]
        return [self.shelves[f"{prefix}-shelf{number}"] for number in range(1, SHELVES + 1)]

    def switches_of(self, rack: int) -> list[SwitchTray]:
        """The NVLink switch trays of a rack."""
        prefix = self.shape.rack_names[rack - 1]
        count = len(self.switches) // len(self._racks)
        return [self.switches[f"{prefix}-sw{number}"] for number in range(1, count + 1)]

    def pdu_of(self, rack: int) -> Pdu:
        """The PDU of a rack."""
        return self.pdus[f"{self.shape.rack_names[rack - 1]}-pdu1"]

    def lit(self, rack: int) -> bool:
        """Whether any supply of a rack delivers."""
        return rack not in self._dark

    def switches_w(self, rack: int) -> float:
        """What the switch trays of a rack draw."""
        return len(self.switches) / len(self._racks) * SWITCH_W if self.lit(rack) else 0.0

    def rack_w(self, rack: int) -> float:
        """What a rack takes from its busbar now."""
        now_s = self._agenda.now_s
        if not self.lit(rack):
            return 0.0
        return sum(node.power_w(now_s) for node in self._racks[rack - 1]) + self.switches_w(rack)

    def rack_j(self, rack: int) -> float:
        """What a rack's trays and switches have taken since second 0."""
        now_s = self._agenda.now_s
        trays_j = sum(node.energy_j(now_s) for node in self._racks[rack - 1])
        return trays_j + len(self.switches) / len(self._racks) * self.switch_j(rack)

    def switch_j(self, rack: int) -> float:
        """What one switch tray of a rack has taken since second 0: nothing while it was dark."""
        return SWITCH_W * self._lit_s[rack - 1].total_s(self._agenda.now_s)

    def pod_w(self) -> float:
        """What the whole pod draws: racks and coolant distribution."""
        racks_w = sum(self.rack_w(rack) for rack in range(1, self.shape.racks + 1))
        return racks_w + sum(cdu.power_w() for cdu in self.cdus.values())

    def pod_j(self) -> float:
        """What the whole pod has drawn since second 0."""
        racks_j = sum(self.rack_j(rack) for rack in range(1, self.shape.racks + 1))
        return racks_j + sum(cdu.energy_j(self._agenda.now_s) for cdu in self.cdus.values())

    def shelf_w(self, shelf: Shelf) -> float:
        """What a shelf takes from its outlet."""
        return shelf.share * self.rack_w(shelf.rack) / EFFICIENCY

    def shelf_j(self, shelf: Shelf) -> float:
        """What it has taken since second 0."""
        return shelf.energy_j(self.rack_j(shelf.rack)) / EFFICIENCY

    def switch_outlet(self, pdu: Pdu, outlet: Outlet, *, on: bool) -> None:
        """Close or open the relay of an outlet: its shelf has input, or has none. One that is on is not faulty."""
        outlet.on = on
        if on:
            origin = f"PowerEquipment/RackPDUs/{pdu.name}/Outlets/{outlet.name}"
            self._alarms.set(origin, "outlet", "OK", "", self.within_rack(pdu.name, pdu.rack))
        self.feed_changed(pdu.rack)

    def feed_changed(self, rack: int) -> None:
        """A supply, a shelf or an outlet of a rack came or went: share the load anew, and do what too few mean."""
        shelves, rack_j = self.shelves_of(rack), self.rack_j(rack)
        for shelf in shelves:
            shelf.fed = self.pdu_of(rack).outlets[shelf.number - 1].on
            origin, message = f"PowerEquipment/PowerShelves/{shelf.name}", f"Power shelf {shelf.name} has no input"
            level = "OK" if shelf.fed else "Critical"
            self._alarms.set(origin, "input", level, message, self.within_rack(shelf.name, rack))
        total = sum(shelf.delivering for shelf in shelves)
        for shelf in shelves:
            shelf.take(shelf.delivering / total if total else 0.0, rack_j)
        self._alarm_redundancy(rack, total)
        if not total:
            self._go_dark(rack)
            return
        others_w = len(self._racks[rack - 1]) * TRAY_W + len(self.switches) / len(self._racks) * SWITCH_W
        spare_w = total * shelves[0].supply_w * _KEPT - others_w
        per_gpu_w = spare_w / (self.shape.nodes_per_rack * self.shape.gpus_per_node * (1 + RIPPLE))
        self._cap_w[rack - 1] = per_gpu_w if total < SUPPLIES else float("inf")
        self._lit_s[rack - 1].run(self._agenda.now_s, on=True)
        for node in self._dark.pop(rack, []):
            self._power.reset(node, Reset.ON)
        self.refresh_rack(rack)

    def refresh_rack(self, rack: int) -> None:
        """Every node of a rack hears of its coolant and supply."""
        for node in self._racks[rack - 1]:
            self._refresh(node)

    def _sample(self) -> None:
        """Let the meters of equipment see what flows; those of trays are not sampled."""
        pod_w = sum(cdu.power_w() for cdu in self.cdus.values())
        for rack, name in enumerate(self.shape.rack_names, 1):
            watts = self.rack_w(rack)
            pod_w += watts
            self.meters.see(name, watts)
            inputs_w = [shelf.share * watts / EFFICIENCY for shelf in self.shelves_of(rack)]
            for shelf, input_w in zip(self.shelves_of(rack), inputs_w, strict=True):
                self.meters.see(shelf.name, input_w)
            self.meters.see(self.pdu_of(rack).name, sum(inputs_w))
        for cdu in self.cdus.values():
            self.meters.see(cdu.name, cdu.power_w())
        self.meters.see(self.shape.pod, pod_w)
        self._agenda.after(SAMPLE_S, self._sample)

    def _cdu_detector(self, cdu: Cdu) -> LeakDetector:
        origin = f"ThermalEquipment/CDUs/{cdu.name}/LeakDetection/LeakDetectors/base"
        within, message = (cdu.name, self.shape.pod), f"Coolant leaks under {cdu.name}"
        return LeakDetector(origin, within, message, lambda _: cdu.enable(on=False))

    def _tray_detector(self, node: SimNode) -> LeakDetector:
        origin = f"Chassis/{node.tray}/ThermalSubsystem/LeakDetection/LeakDetectors/tray"
        react = partial(self._switch_off, node)
        detector = LeakDetector(origin, self.within(node), f"Coolant leaks in {node.tray}", react)
        detector.reaction, detector.delay_s = FORCE_OFF, _LEAK_DELAY_S
        return detector

    def _switch_off(self, node: SimNode, reaction: str) -> None:
        self._power.reset(node, Reset(reaction))

    def _go_dark(self, rack: int) -> None:
        if self.lit(rack):
            self._lit_s[rack - 1].run(self._agenda.now_s, on=False)
            self._dark[rack] = [node for node in self._racks[rack - 1] if node.power != "Off"]
            for node in self._dark[rack]:
                self._power.lose(node)

    def _alarm_redundancy(self, rack: int, total: int) -> None:
        name = self.shape.rack_names[rack - 1]
        level = "Critical" if total < SUPPLIES else "Warning" if total == SUPPLIES else "OK"
        message = f"{total} of {SHELVES * SUPPLIES} power supplies of {name} deliver; it needs {SUPPLIES}"
        origin = f"Chassis/{name}/PowerSubsystem"
        self._alarms.set(origin, "redundancy", level, message, (name, self.shape.pod))

    def _cooled(self, cdu: Cdu) -> None:
        """What a unit sends has changed: its alarms, and everything it cools."""
        now_s = self._agenda.now_s
        flow, supply_c, level_pct = cdu.flow(now_s), cdu.coolant(now_s).supply_c, cdu.level_pct(now_s)
        connector = f"ThermalEquipment/CDUs/{cdu.name}/SecondaryCoolantConnectors/1"
        level = "Critical" if flow <= FLOW_CRITICAL else "Warning" if flow <= FLOW_CAUTION else "OK"
        self._set(cdu, connector, "flow", level, f"Coolant flow of {cdu.name} is below its limit")
        level = "Critical" if supply_c >= SUPPLY_CRITICAL_C else "Warning" if supply_c >= SUPPLY_CAUTION_C else "OK"
        self._set(cdu, connector, "supply", level, f"Coolant supply of {cdu.name} is too warm")
        reservoir = f"ThermalEquipment/CDUs/{cdu.name}/Reservoirs/1"
        level = "Critical" if level_pct < LEVEL_CRITICAL_PCT else "Warning" if level_pct < LEVEL_CAUTION_PCT else "OK"
        self._set(cdu, reservoir, "level", level, f"Reservoir of {cdu.name} is low")
        for rack in cdu.racks:
            self.refresh_rack(rack)

    def _set(self, cdu: Cdu, origin: str, topic: str, level: str, message: str) -> None:
        self._alarms.set(origin, topic, level, message, (cdu.name, self.shape.pod))

    def _make_cdus(self) -> list[Cdu]:
        made: list[Cdu] = []
        for first in range(1, self.shape.racks + 1, RACKS_PER_CDU):
            racks = tuple(range(first, min(first + RACKS_PER_CDU, self.shape.racks + 1)))
            name = f"{self.shape.pod}-cdu{len(made) + 1}"
            made.append(Cdu(name, racks, len(racks) * self.rack_peak_w * _MARGIN, self._agenda, self._heat_w))
        return made

    def _heat_w(self, cdu: Cdu, now_s: float) -> float:
        trays_w = sum(node.liquid_w(now_s) for rack in cdu.racks for node in self._racks[rack - 1])
        return trays_w + sum(_SWITCH_LIQUID * self.switches_w(rack) for rack in cdu.racks)


def gpu_origin(node: SimNode, gpu: SimGpu) -> str:
    """Where a GPU's troubles are reported, under the service root."""
    return f"Systems/{node.name}/Processors/GPU_{gpu.index}"
