"""The plant over the resources the service serves: no link dangles, a well pod reads well, a fault shows upwards."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from backends.simulator.faults import parse_fault, plan_faults
from backends.simulator.redfish.plant.table import TABLE
from backends.simulator.redfish.resource import ROOT, Body, Resource
from backends.simulator.redfish.tree import _OF_THE_POD, _matches, _table
from backends.simulator.shape import PodShape
from backends.simulator.world import World

Read = Callable[[str], Body | None]
START = ("Chassis", "Systems", "ThermalEquipment", "PowerEquipment", "Fabrics", "ServiceConditions", "TelemetryService")
OTHERS = ("AccountService", "LogServices", "VirtualMedia", "Managers", "UpdateService")


def links(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(links, value))
    if isinstance(value, dict):
        own = {value["@odata.id"]} if isinstance(value.get("@odata.id"), str) else set()
        return own.union(*map(links, value.values()))
    return set()


def reader(pod: World) -> Read:
    rows = _table(_OF_THE_POD)

    def read(path: str) -> Body | None:
        parts = path.removeprefix(f"{ROOT}/").split("/")
        found: Resource | None = next((build(pod, *names) for build, names in _matches(rows, parts)), None)
        return found.body if found else None

    return read


def served(*faults: str, to_s: float = 60.0) -> tuple[World, Read]:
    pod = World(PodShape(racks=2, nodes_per_rack=3, gpus_per_node=2), datetime(2026, 3, 1, tzinfo=UTC))
    plan_faults([parse_fault(text) for text in faults], {"austin": pod})
    pod.advance(to_s)
    return pod, reader(pod)


def walk(read: Read) -> dict[str, Body]:
    queue, bodies = [f"{ROOT}/{name}" for name in START], {}
    while queue:
        path = queue.pop()
        if path in bodies or any(part in path.split("/") for part in OTHERS):
            continue
        body = read(path)
        assert body is not None, path
        assert body["@odata.id"] == path
        bodies[path] = body
        queue += {link.partition("#")[0] for link in links(body)}
    return bodies


def test_every_link_of_a_well_pod_leads_somewhere_and_everything_is_well() -> None:
    bodies = walk(served()[1])
    assert len(bodies) > 400
    for path, body in bodies.items():
        text = json.dumps(body)
        assert "null" not in text.replace('"PowerDistribution": null', "").replace('"Rack": null', ""), path
        assert '"Critical"' not in text.replace('"CriticalReactionType"', ""), path
        assert '"Warning"' not in text, path


@pytest.mark.parametrize("fault", ["psu-lost", "pump-fail", "tray-leak", "nvlink-down", "gpu-lost", "pdu-outlet-off"])
def test_a_fault_is_a_condition_at_a_resource_and_rolls_up_to_the_pod(fault: str) -> None:
    _, read = served(f"{fault}@5", to_s=25)
    bodies = walk(read)
    conditions = bodies[f"{ROOT}/ServiceConditions"]
    assert conditions["HealthRollup"] == "Critical"
    origins = links(conditions["Conditions"])
    assert origins
    for origin in origins:
        status = bodies[origin]["Status"]
        assert isinstance(status, dict)
        assert status["Health"] != "OK"
    pod = bodies[f"{ROOT}/Chassis/austin"]["Status"]
    assert isinstance(pod, dict)
    assert (pod["Health"], pod["HealthRollup"]) == ("OK", "Critical")


@pytest.mark.parametrize("fault", ["", "thermal@1", "gpu-lost@1", "pump-fail@1", "shelf-lost@1", "nvlink-down@1"])
def test_the_reports_say_what_the_resources_say(fault: str) -> None:
    _, read = served(*([fault] if fault else []), to_s=90.0)
    reports = f"{ROOT}/TelemetryService/MetricReports"
    checked = 0
    for report in sorted(links(read(reports)) - {reports}):
        body = read(report)
        assert body is not None
        values = body["MetricValues"]
        assert isinstance(values, list)
        assert len({json.dumps(row) for row in values}) == len(values) > 0
        for row in values:
            assert isinstance(row, dict)
            path, _, pointer = str(row["MetricProperty"]).partition("#/")
            found: object = read(path)
            for key in pointer.split("/"):
                assert isinstance(found, dict | list)
                found = found[int(key)] if isinstance(found, list) else found[key]
            assert row["MetricValue"] == (json.dumps(found) if isinstance(found, bool) else str(found))
            checked += 1
    assert checked > 500


def test_a_report_tells_nothing_of_what_gives_no_reading() -> None:
    _, read = served("gpu-lost:austin-r1-n01/1@1", to_s=5.0)
    body = read(f"{ROOT}/TelemetryService/MetricReports/GpuMetrics")
    assert body is not None
    told = json.dumps(body)
    lost, other = (f"Systems/austin-r1-n01/Processors/GPU_{index}/EnvironmentMetrics#/" for index in (1, 0))
    assert f"{lost}TemperatureCelsius/Reading" not in told
    assert f"{other}TemperatureCelsius/Reading" in told


def test_the_paths_of_the_plant_are_all_used() -> None:
    bodies = walk(served()[1])
    for pattern, _ in TABLE:
        parts = pattern.split("/")
        fits = [path.removeprefix(f"{ROOT}/").split("/") for path in bodies]
        assert any(
            len(names) == len(parts) and all(want in ("*", name) for want, name in zip(parts, names, strict=True))
            for names in fits
        ), pattern
