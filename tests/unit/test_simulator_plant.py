"""The simulated plant: heat and energy balance, and each fault hurts what it would hurt in the field, in that order."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from backends.simulator.cooling import COLDEST_C, FWS_KG, FWS_KJ, TCS_KG, TCS_KJ, Cdu
from backends.simulator.faults import FAULTS, FaultError, parse_fault, plan_faults
from backends.simulator.scenario import read_scenario
from backends.simulator.shape import PodShape
from backends.simulator.shelf import SUPPLIES
from backends.simulator.thermal import WARNING_C
from backends.simulator.world import World

EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCENARIO = Path(__file__).parent / "samples" / "pump-and-leak.toml"


def world(*faults: str, **size: int) -> World:
    pod = World(PodShape(**size), EPOCH)
    plan_faults([parse_fault(text) for text in faults], {"austin": pod})
    return pod


def unit(pod: World) -> Cdu:
    return pod.plant.cdus["austin-cdu1"]


def first_s(pod: World, says: Callable[[], object], until_s: int = 900) -> int:
    """The first second at which it is so."""
    for second in range(int(pod.now_s), until_s):
        pod.advance(second)
        if says():
            return second
    pytest.fail("it never came to that")


def throttled(pod: World) -> int:
    return sum("ThermalLimit" in gpu.heat.causes for node in pod.nodes.values() for gpu in node.gpus)


def test_what_the_racks_give_is_what_the_coolant_carries_and_the_facility_takes() -> None:
    pod = world()
    for second in range(0, 1_800, 97):
        pod.advance(second)
        loop, facility = unit(pod).secondary(second), unit(pod).primary(second)
        given_kw = sum(node.liquid_w(second) for node in pod.nodes.values()) / 1_000 + 0.8 * 18 * 1.1
        carried_kw = loop.flow_lpm / 60_000 * TCS_KG * TCS_KJ * (loop.return_c - loop.supply_c)
        assert carried_kw == pytest.approx(given_kw, rel=1e-9)
        assert facility.heat_kw == pytest.approx(loop.heat_kw)
        assert given_kw * 1_000 < pod.plant.pod_w()


def test_energy_is_power_over_time_and_shelves_share_what_their_rack_draws() -> None:
    pod = world("psu-lost@300", "shelf-lost:austin-r1-shelf2@600-900")
    joules = 0.0
    for second in range(1_200):
        pod.advance(second)
        joules += pod.plant.rack_w(1)
    assert pod.plant.rack_j(1) == pytest.approx(joules, rel=0.01)
    shelves = pod.plant.shelves_of(1)
    assert sum(shelf.energy_j(pod.plant.rack_j(1)) for shelf in shelves) == pytest.approx(pod.plant.rack_j(1))
    assert sum(shelf.share for shelf in shelves) == pytest.approx(1.0)


def test_a_stopped_pump_slows_the_flow_then_warms_the_loop_then_throttles_gpus_then_slows_jobs() -> None:
    pod = world("pump-fail@30-500")
    pod.advance(29)
    heat_before_kw, warm_c = unit(pod).secondary(29).heat_kw, unit(pod).coolant(29).supply_c
    assert heat_before_kw > 100
    slow = first_s(pod, lambda: unit(pod).flow(pod.now_s) < 0.7)
    warm = first_s(pod, lambda: unit(pod).coolant(pod.now_s).supply_c > warm_c + 1)
    hot = first_s(pod, lambda: throttled(pod))
    assert 30 <= slow < warm < hot < 120
    pod.advance(300)
    gang = next(job for job in pod.scheduler.jobs.values() if job.state == "RUNNING" and job.pace < 1)
    gpu = min(
        (pod.nodes[name].gpus[index] for name in gang.nodes for index in gang.indices[name]), key=lambda each: each.pace
    )
    assert gpu.heat.temp_c(pod.now_s) > WARNING_C - 1
    assert gang.pace == gpu.pace
    assert pod.alarms.rollup("austin-cdu1") == "Critical"
    pod.advance(900)
    assert throttled(pod) == 0
    assert not pod.alarms.active
    assert unit(pod).coolant(900).supply_c == 25.0


def test_a_slow_job_takes_longer_than_the_same_job_on_a_well_pod() -> None:
    well, ill = world(), world("pump-fail@1")
    long = [job.number for job in well.scheduler.jobs.values() if job.state == "RUNNING" and job.request.load > 0.9]
    assert long
    later = []
    for pod in (well, ill):
        pod.advance(3_000)
    for number in long:
        ends = [pod.scheduler.jobs[number].ended_s for pod in (well, ill) if number in pod.scheduler.jobs]
        later.append(len(ends) < 2 or ends[0] is None or ends[1] is None or ends[1] >= ends[0])
    assert all(later)
    done = [sum(job.ended_s is not None for job in pod.scheduler.jobs.values()) for pod in (well, ill)]
    assert well.scheduler.jobs.keys() != ill.scheduler.jobs.keys() or done[0] != done[1]


def test_supplies_may_fail_until_six_are_left_and_then_the_rack_is_capped_and_then_dark() -> None:
    pod = world("shelf-lost:austin-r1-shelf1@60")
    psus = [f"psu-lost:austin-r1-shelf2/psu{number}@{60 + 60 * number}" for number in range(1, SUPPLIES + 1)]
    plan_faults([parse_fault(text) for text in psus], {"austin": pod})
    group = "Chassis/austin-r1/PowerSubsystem"
    pod.advance(59)
    assert pod.alarms.health(group) == "OK"
    pod.advance(61)
    assert (pod.alarms.health(group), pod.plant.cap_w(1)) == ("Warning", float("inf"))
    pod.advance(121)
    assert pod.alarms.health(group) == "Critical"
    pod.advance(290)
    watts = pod.plant.rack_w(1)
    assert watts <= 2 * pod.plant.shelves["austin-r1-shelf2"].supply_w * 1.01 or pod.plant.cap_w(1) < 1_200
    assert any("PowerLimit" in gpu.heat.causes for node in pod.racks[0] for gpu in node.gpus)
    pod.advance(421)
    assert pod.plant.rack_w(1) == 0
    assert {node.power for node in pod.racks[0]} == {"Off"}
    assert {node.power for node in pod.racks[1]} == {"On"}


def test_one_supply_lost_keeps_the_redundancy_and_its_load_goes_to_the_others() -> None:
    pod = world("psu-lost:austin-r1-shelf1/psu2@10-60")
    pod.advance(20)
    shelves = pod.plant.shelves_of(1)
    assert [shelf.share for shelf in shelves] == pytest.approx([5 / 11, 6 / 11])
    assert pod.alarms.health("Chassis/austin-r1/PowerSubsystem") == "OK"
    assert pod.alarms.rollup("austin-r1-shelf1") == "Critical"
    pod.advance(61)
    assert not pod.alarms.active


def test_an_outlet_that_is_off_takes_its_shelf() -> None:
    pod = world("pdu-outlet-off:austin-r2-pdu1/outlet2@10-60")
    pod.advance(20)
    assert [shelf.delivering for shelf in pod.plant.shelves_of(2)] == [SUPPLIES, 0]
    assert not pod.plant.shelves_of(2)[1].fed
    pod.advance(61)
    assert not pod.alarms.active


def test_a_leaking_tray_is_switched_off_after_half_a_minute_and_its_jobs_go_elsewhere() -> None:
    pod = world("tray-leak@10-200")
    node = pod.nodes["austin-r1-n03"]
    held = tuple(node.jobs)
    assert held
    pod.advance(11)
    assert (pod.alarms.rollup("austin-r1-n03"), node.power) == ("Critical", "On")
    assert pod.alarms.history[-1].message_id == "Environmental.1.1.LeakDetectedCritical"
    pod.advance(45)
    assert node.power == "Off"
    pod.advance(120)
    assert node.down
    pod.advance(300)
    assert node.power == "On"
    assert not pod.alarms.active


def test_a_leaking_unit_empties_its_reservoir_and_then_its_flow_fails() -> None:
    pod = world("cdu-leak@10")
    levels = []
    for second in (11, 600, 1_200, 2_000):
        pod.advance(second)
        levels.append(unit(pod).level_pct(second))
        assert unit(pod).flow(second) == pytest.approx(1.0)
    assert levels == sorted(levels, reverse=True)
    pod.advance(3_000)
    assert unit(pod).flow(3_000) == pytest.approx(0.3, abs=0.01)
    assert throttled(pod) > 20


def test_a_link_that_is_down_slows_its_gang_and_bad_memory_counts() -> None:
    pod = world("nvlink-down:austin-r1-n03/0/2@5-100", "gpu-ecc:austin-r2-n01/1@5-65")
    gpu, bad = pod.nodes["austin-r1-n03"].gpus[0], pod.nodes["austin-r2-n01"].gpus[1]
    job = pod.scheduler.jobs[gpu.job or 0]
    pod.advance(6)
    assert (gpu.links_down, job.pace, bad.uncorrectable) == ({2}, 0.8, 1)
    pod.advance(64)
    rising = bad.correctable(64)
    assert rising > 30
    pod.advance(600)
    assert (gpu.links_down, gpu.link_downs) == (set(), {2: 1})
    assert bad.correctable(600) <= rising + 1


def test_a_node_that_never_boots_stays_down_until_it_is_mended_and_reset() -> None:
    pod = world("node-never-boots@5-200")
    node = pod.nodes["austin-r1-n03"]
    pod.advance(190)
    assert (node.power, node.slurmd, node.down) == ("On", False, True)


def test_a_budget_below_the_draw_is_an_alarm() -> None:
    pod = world("over-budget@10-60")
    pod.advance(9)
    assert pod.plant.pod_w() < pod.plant.budget_w
    pod.advance(11)
    assert pod.plant.pod_w() > pod.plant.budget_w
    assert pod.alarms.rollup("austin") == "Critical"
    pod.advance(61)
    assert not pod.alarms.active


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_strikes_says_so_and_is_mended(name: str) -> None:
    pod = world(f"{name}@10-100")
    pod.advance(12)
    node = pod.nodes["austin-r1-n03"]
    assert pod.alarms.active or pod.outages or node.stuck or node.deaf
    pod.advance(1_200)
    assert not pod.alarms.active
    assert not pod.outages


def test_same_seed_and_scenario_are_the_same_run_whatever_the_steps() -> None:
    runs = []
    for step in (1, 37, 700):
        pod = World(PodShape(), EPOCH)
        plan_faults(list(read_scenario(SCENARIO)), {"austin": pod})
        for second in range(0, 701, step):
            pod.advance(second)
        pod.advance(700)
        loop = unit(pod).secondary(700)
        temps = [gpu.heat.temp_c(700) for node in pod.nodes.values() for gpu in node.gpus]
        jobs = [(job.number, job.state, job.pace, job.ended_s) for job in pod.scheduler.jobs.values()]
        runs.append((loop, temps, jobs, tuple(pod.alarms.history), pod.plant.rack_j(1)))
    assert runs[0] == runs[1] == runs[2]
    assert len(runs[0][3]) > 10


@pytest.mark.parametrize("size", [{"racks": 1, "nodes_per_rack": 1}, {"racks": 9, "nodes_per_rack": 4}, {"seed": 5}])
def test_a_well_pod_of_any_size_has_no_alarms_and_room_to_spare(size: dict[str, int]) -> None:
    pod = world(**size)
    for second in range(0, 3_600, 300):
        pod.advance(second)
        assert not pod.alarms.active
        assert pod.plant.pod_w() < pod.plant.budget_w
        for cdu in pod.plant.cdus.values():
            assert cdu.secondary(second).return_c < 40


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[fault]]\nname = 'pump-fial'", "did you mean pump-fail"),
        ("[[fault]]\nname = 'thermal'\nstart_s = 9\nend_s = 3", "after its start"),
        ("[[fault]]\nname = 'thermal'\nwhen = 9", "unknown field"),
        ("[[fault]", "is not a scenario"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(FaultError, match=said):
        read_scenario(path)


def test_a_supply_set_point_warms_the_loop_its_gpus_and_its_alarms() -> None:
    pod = world()
    pod.advance(10)
    cdu, gpu = unit(pod), max((gpu for gpu in pod.racks[0][2].gpus), key=lambda each: each.heat.run)
    before_c = gpu.heat.temp_c(10)
    cdu.setpoint_c = 32.0
    cdu.change()
    pod.advance(400)
    assert cdu.coolant(400).supply_c == pytest.approx(32, abs=0.1)
    assert gpu.heat.run == 0 or gpu.heat.temp_c(400) > before_c + 4
    assert pod.alarms.rollup(cdu.name) == "Warning"
    cdu.setpoint_c = 25.0
    cdu.change()
    pod.advance(900)
    assert (cdu.coolant(900).supply_c, pod.alarms.active) == (25.0, {})


def test_a_pump_that_is_held_slow_brings_less_and_let_go_brings_it_all() -> None:
    pod = world()
    cdu = unit(pod)
    for pump in cdu.pumps:
        pump.setpoint_pct = 31.0
    cdu.change()
    pod.advance(60)
    assert cdu.flow(60) == pytest.approx(0.5, abs=0.01)
    for pump in cdu.pumps:
        pump.setpoint_pct = 100.0
    cdu.change()
    pod.advance(200)
    assert cdu.flow(200) == pytest.approx(1.2, abs=0.01)
    for pump in cdu.pumps:
        pump.setpoint_pct = None
    cdu.change()
    pod.advance(900)
    assert (cdu.flow(900), pod.alarms.active) == (pytest.approx(1.0, abs=0.001), {})


def test_a_valve_that_is_held_gives_what_its_position_gives() -> None:
    pod = world()
    cdu = unit(pod)
    by_itself = cdu.valve_pct(0)
    assert 30 <= by_itself <= 100
    cdu.valve.setpoint = 0.3
    cdu.change()
    pod.advance(400)
    starved_c = cdu.coolant(400).supply_c
    assert starved_c > 30
    assert cdu.primary(400).flow_lpm < 0.31 * cdu.rated_w * 60 / (FWS_KJ * FWS_KG * 10)
    cdu.valve.setpoint = 1.0
    cdu.change()
    pod.advance(800)
    assert COLDEST_C <= cdu.coolant(800).supply_c < 25
    cdu.valve.setpoint = None
    cdu.change()
    pod.advance(1_500)
    assert cdu.coolant(1_500).supply_c == 25.0


def test_the_energy_of_a_unit_never_falls_and_is_its_power_over_time() -> None:
    pod = world("pump-fail@50-300")
    cdu, joules, before = unit(pod), 0.0, 0.0
    for second in range(600):
        pod.advance(second)
        if second == 400:
            cdu.enable(on=False)
        if second == 500:
            cdu.enable(on=True)
        assert cdu.energy_j(second) >= before
        before = cdu.energy_j(second)
        joules += cdu.power_w()
    assert cdu.energy_j(599) == pytest.approx(joules, rel=0.01)
    assert cdu.pumps[0].hours(599) < cdu.pumps[0].hours(0) + 600 / 3_600 + 0.01
    assert cdu.pumps[1].hours(599) - 8_760 - 274 == pytest.approx(500 / 3_600, abs=0.01)


def test_an_outlet_that_is_switched_cuts_its_shelf_and_says_so() -> None:
    pod = world()
    pod.advance(5)
    pdu, shelf = pod.plant.pdu_of(1), pod.plant.shelves_of(1)[0]
    drawn_j = pod.plant.shelf_j(shelf)
    pod.plant.switch_outlet(pdu, pdu.outlets[0], on=False)
    assert (shelf.delivering, pod.plant.shelf_w(shelf)) == (0, 0)
    assert pod.alarms.health("PowerEquipment/PowerShelves/austin-r1-shelf1") == "Critical"
    assert pod.alarms.health("PowerEquipment/RackPDUs/austin-r1-pdu1/Outlets/outlet1") == "OK"
    pod.advance(30)
    assert pod.plant.shelf_j(shelf) == pytest.approx(drawn_j)
    pod.plant.switch_outlet(pdu, pdu.outlets[0], on=True)
    assert not pod.alarms.active


@pytest.mark.parametrize(
    ("setting", "off_by_s"),
    [
        ({"delay_s": 5}, 20),
        ({"reaction": "None"}, None),
        ({"reaction": "GracefulShutdown"}, 50),
        ({"enabled": False}, None),
    ],
)
def test_a_leak_detector_does_what_it_was_set_to(setting: dict[str, object], off_by_s: int | None) -> None:
    pod = world("tray-leak:austin-r1-n03@10")
    node, detector = pod.nodes["austin-r1-n03"], pod.plant.leaks.detectors["austin-r1-n03"]
    for name, value in setting.items():
        setattr(detector, name, value)
    pod.advance(9 if off_by_s is None else off_by_s - 11)
    assert node.power == "On"
    pod.advance(100 if off_by_s is None else off_by_s)
    assert (node.power == "Off") is (off_by_s is not None)
    assert pod.alarms.health(detector.origin) == ("OK" if "enabled" in setting else "Critical")


def test_a_detector_that_is_switched_on_over_a_leak_tells_of_it_and_a_unit_stops_when_it_is_to() -> None:
    pod = world("cdu-leak@10")
    cdu, leaks = unit(pod), pod.plant.leaks
    detector = leaks.detectors[cdu.name]
    detector.enabled, detector.reaction, detector.delay_s = False, "ForceOff", 10
    pod.advance(60)
    assert (pod.alarms.health(detector.origin), cdu.enabled) == ("OK", True)
    detector.enabled = True
    leaks.look(detector)
    assert pod.alarms.health(detector.origin) == "Critical"
    pod.advance(75)
    assert (cdu.enabled, cdu.running) == (False, 0)
    pod.advance(110)
    assert cdu.flow(110) < 0.1


def test_a_meter_holds_the_peak_and_a_reset_begins_anew_but_for_its_life() -> None:
    pod = world()
    meters, rack = pod.plant.meters, "austin-r1"
    seen_w = []
    for second in range(0, 601, 30):
        pod.advance(second)
        seen_w.append(pod.plant.rack_w(1))
    peak = meters.peak(rack)
    assert peak is not None
    assert (peak.power_w, peak.at_s) == (max(seen_w), 30.0 * seen_w.index(max(seen_w)))
    lifetime_j, now_w = pod.plant.rack_j(1), pod.plant.rack_w(1)
    meters.reset(rack, lifetime_j, now_w)
    pod.advance(660)
    shown = meters.energy(rack, pod.plant.rack_j(1))
    assert shown.lifetime_j == pod.plant.rack_j(1) > lifetime_j
    assert shown.since_reset_j == pytest.approx(60 * now_w, rel=0.1)
    assert shown.reset_s == 600
    peak = meters.peak(rack)
    assert peak is not None
    assert peak.at_s >= 600


def test_what_is_dark_draws_nothing() -> None:
    pod = world("shelf-lost:austin-r1-shelf1@10-100", "shelf-lost:austin-r1-shelf2@10-100")
    pod.advance(20)
    dark_j = pod.plant.switch_j(1)
    pod.advance(90)
    assert pod.plant.switch_j(1) == dark_j
    pod.advance(200)
    assert pod.plant.switch_j(1) == pytest.approx(dark_j + 100 * 1_100)


def test_same_seed_and_the_same_hands_at_the_same_seconds_are_the_same_run() -> None:
    runs = []
    for step in (1, 37, 700):
        pod = world(racks=2, nodes_per_rack=4)
        cdu, pdu = unit(pod), pod.plant.pdu_of(1)

        def warmer(cdu: Cdu = cdu) -> None:
            cdu.setpoint_c = 33.0
            cdu.change()

        def slower(cdu: Cdu = cdu) -> None:
            cdu.pumps[0].setpoint_pct = 40.0
            cdu.change()

        pod.agenda.at(60.0, warmer)
        pod.agenda.at(200.0, slower)
        pod.agenda.at(300.0, partial(pod.plant.switch_outlet, pdu, pdu.outlets[1], on=False))
        for second in range(0, 701, step):
            pod.advance(second)
        pod.advance(700)
        peaks = [pod.plant.meters.peak(name) for name in ("austin", "austin-r1", "austin-r1-shelf1", cdu.name)]
        runs.append((cdu.secondary(700), cdu.energy_j(700), peaks, tuple(pod.alarms.history)))
    assert runs[0] == runs[1] == runs[2]
