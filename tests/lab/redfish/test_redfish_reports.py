"""Metric reports in place of single reads: only where they say the same, only while they are alive."""

import json
from datetime import UTC, datetime, timedelta

import pytest

V1 = "/redfish/v1"
REPORT = f"{V1}/TelemetryService/MetricReports/Gpus"
START = datetime(2026, 3, 1, tzinfo=UTC)
METRICS = f"{V1}/Systems/HGX_Baseboard_0/Processors/GPU_{{}}/EnvironmentMetrics"


class Telemetry:
    """The GB300 sample with a telemetry service: one report with the temperature and power of every GPU."""

    def __init__(self, inner, reply):
        self.inner, self.reply = inner, reply
        self.at, self.temp, self.age, self.more = START, 60.0, {}, {}
        self.served = True

    def __call__(self, request):
        if request.path.rstrip("/") == V1:
            body = json.loads(self.inner(request).body)
            return self.reply(200, body | {"TelemetryService": {"@odata.id": f"{V1}/TelemetryService"}})
        if not request.path.startswith(f"{V1}/TelemetryService"):
            return self.inner(request)
        if request.path == REPORT:
            return self.reply(200, {"Id": "Gpus", "MetricValues": self.values()}) if self.served else self.reply(500)
        if request.path.endswith("MetricReports"):
            return self.reply(200, {"Members": [{"@odata.id": REPORT}]})
        return self.reply(200, {"MetricReports": {"@odata.id": f"{V1}/TelemetryService/MetricReports"}})

    def values(self):
        sensor = f"{V1}/Chassis/HGX_GPU_{{0}}/Sensors/HGX_GPU_{{0}}_"
        # The fourth GPU of this tray takes its temperature from another sensor than the rest: links tell, names do not
        rows = [(sensor.format(gpu) + f"TEMP_{0 if gpu == 3 else 1}", self.temp + gpu, gpu) for gpu in range(4)]
        rows += [(sensor.format(gpu) + "Power_0", 500.0, gpu) for gpu in range(4)]
        return [
            {
                "MetricProperty": path,
                "MetricValue": f"{value:.6f}",
                "Timestamp": (self.at - timedelta(seconds=self.age.get(gpu, 0))).isoformat(),
                **self.more,
            }
            for path, value, gpu in rows
        ]


@pytest.fixture
async def telemetry(serve, hardware, capture, gb300, reply):
    made = Telemetry(capture(gb300), reply)
    made.server = await serve(made)
    made.adapter = hardware(made.server.url)
    return made


async def refreshed(telemetry):
    """One more round: the GPUs, and which of the service's resources were asked."""
    before = len(telemetry.server.seen)
    node = (await telemetry.adapter.inventory()).systems["System_0"]
    return node.gpus, [request.path for request in telemetry.server.seen[before:]]


async def test_a_report_spares_the_resources_it_speaks_for(telemetry):
    await telemetry.adapter.inventory()
    telemetry.temp, telemetry.at = 70.0, START + timedelta(seconds=15)
    gpus, asked = await refreshed(telemetry)
    assert [gpu.temp_c for gpu in gpus] == [70.0, 71.0, 72.0, 73.0]
    assert {gpu.power_w for gpu in gpus} == {500.0}
    assert {gpu.power_limit_w for gpu in gpus} == {1400.0}
    assert REPORT in asked
    assert not [path for path in asked if path.endswith("EnvironmentMetrics") and "GPU_" in path]


async def test_old_values_are_read_one_by_one(telemetry):
    await telemetry.adapter.inventory()
    telemetry.temp, telemetry.at, telemetry.age = 70.0, START + timedelta(seconds=300), {2: 290}
    gpus, asked = await refreshed(telemetry)
    assert [path for path in asked if path.endswith("EnvironmentMetrics") and "GPU_" in path] == [METRICS.format(2)]
    assert gpus[2].temp_c == pytest.approx(55, abs=3)
    assert gpus[3].temp_c == 73.0


async def test_reports_that_stopped_are_not_believed_until_they_move(telemetry, pauses):
    await telemetry.adapter.inventory()
    telemetry.temp = 99.0
    pauses.now_s += 91
    gpus, asked = await refreshed(telemetry)
    assert METRICS.format(0) in asked
    assert gpus[0].temp_c < 60
    telemetry.at += timedelta(seconds=91)
    gpus, asked = await refreshed(telemetry)
    assert gpus[0].temp_c == 99.0


@pytest.mark.parametrize("how", ["stale", "gone", "no time", "nonsense"])
async def test_what_a_report_does_not_vouch_for_is_read_one_by_one(telemetry, how):
    await telemetry.adapter.inventory()
    telemetry.temp, telemetry.at = 99.0, START + timedelta(seconds=15)
    telemetry.served = how != "gone"
    telemetry.more = {
        "stale": {"Oem": {"Nvidia": {"MetricValueStale": True}}},
        "no time": {"Timestamp": "0000-00-00T00:00:00Z"},
        "nonsense": {"MetricProperty": 7},
    }.get(how, {})
    gpus, asked = await refreshed(telemetry)
    assert METRICS.format(3) in asked
    assert gpus[3].temp_c < 60


async def test_settings_are_read_again_once_a_minute(telemetry, pauses):
    await telemetry.adapter.inventory()
    pauses.now_s += 61
    telemetry.at += timedelta(seconds=61)
    _, asked = await refreshed(telemetry)
    assert METRICS.format(0) in asked
    _, asked = await refreshed(telemetry)
    assert METRICS.format(0) not in asked
