"""TelemetryService: all readings of the pod in a handful of MetricReports, so that a refresh needs few requests."""

from collections.abc import Callable, Iterator

from backends.simulator.plant import gpu_origin
from backends.simulator.redfish.plant.frame import frame
from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, ref, uri
from backends.simulator.strikes import tray_name
from backends.simulator.world import World

_SERVICE = "TelemetryService"
_REPORTS = f"{_SERVICE}/MetricReports"
_DEFINITIONS = f"{_SERVICE}/MetricReportDefinitions"
Values = Iterator[tuple[str, float]]


def _gpu_metrics(world: World) -> Values:
    now_s = world.now_s
    for node in world.nodes.values():
        for gpu in node.gpus:
            if node.powered and not gpu.lost:
                place = gpu_origin(node, gpu)
                yield f"{place}/EnvironmentMetrics#/TemperatureCelsius/Reading", gpu.heat.temp_c(now_s)
                yield f"{place}/EnvironmentMetrics#/PowerWatts/Reading", gpu.heat.power_w(now_s)
                yield f"{place}/ProcessorMetrics#/BandwidthPercent", round(100 * gpu.heat.run, 1)


def _gpu_errors(world: World) -> Values:
    for node in world.nodes.values():
        for gpu in node.gpus:
            place = f"Systems/{node.name}/Memory/GPU_{gpu.index}_DRAM_0/MemoryMetrics#/LifeTime"
            yield f"{place}/CorrectableECCErrorCount", gpu.correctable(world.now_s)
            yield f"{place}/UncorrectableECCErrorCount", gpu.uncorrectable


def _node_power(world: World) -> Values:
    for node in world.nodes.values():
        place = f"Chassis/{tray_name(node)}/EnvironmentMetrics#"
        yield f"{place}/PowerWatts/Reading", round(node.power_w(world.now_s), 1)
        yield f"{place}/TemperatureCelsius/Reading", round(world.plant.coolant(node.rack).supply_c, 1)


def _coolant(world: World) -> Values:
    for name, cdu in world.plant.cdus.items():
        for side, loop in (("Primary", cdu.primary(world.now_s)), ("Secondary", cdu.secondary(world.now_s))):
            place = f"ThermalEquipment/CDUs/{name}/{side}CoolantConnectors/1#"
            yield f"{place}/FlowLitersPerMinute/Reading", round(loop.flow_lpm, 2)
            yield f"{place}/SupplyTemperatureCelsius/Reading", round(loop.supply_c, 2)
            yield f"{place}/ReturnTemperatureCelsius/Reading", round(loop.return_c, 2)
            yield f"{place}/SupplyPressurekPa/Reading", round(loop.supply_kpa, 2)
            yield f"{place}/ReturnPressurekPa/Reading", round(loop.return_kpa, 2)
            yield f"{place}/HeatRemovedkW/Reading", round(loop.heat_kw, 3)


def _power(world: World) -> Values:
    pod = world.shape.pod
    for name in (pod, *world.shape.rack_names, *world.plant.cdus):
        one = frame(world, name)
        if one:
            yield f"Chassis/{name}/EnvironmentMetrics#/PowerWatts/Reading", round(one.power_w(), 1)
    for kind, names in (("PowerShelves", world.plant.shelves), ("RackPDUs", world.plant.pdus)):
        for name in names:
            one = frame(world, name)
            if one:
                yield f"PowerEquipment/{kind}/{name}/Metrics#/PowerWatts/Reading", round(one.power_w(), 1)


_KINDS: dict[str, Callable[[World], Values]] = {
    "GpuMetrics": _gpu_metrics,
    "GpuErrors": _gpu_errors,
    "NodePower": _node_power,
    "Coolant": _coolant,
    "PowerPlant": _power,
}


def telemetry_service(_world: World) -> Resource:
    """The service."""
    return Resource(
        {
            **head(uri(_SERVICE), "TelemetryService.v1_4_1.TelemetryService", _SERVICE, "Telemetry service"),
            "ServiceEnabled": True,
            "MaxReports": len(_KINDS),
            "MinCollectionInterval": "PT1S",
            "MetricReportDefinitions": ref(_DEFINITIONS),
            "MetricReports": ref(_REPORTS),
            "Status": {"State": "Enabled", "Health": "OK"},
        }
    )


def report_collection(_world: World) -> Resource:
    """The reports."""
    members = [uri(_REPORTS, name) for name in _KINDS]
    return collection(uri(_REPORTS), "MetricReport", "Metric reports", members)


def report(world: World, name: str) -> Resource | None:
    """One report, as of now. What gives no reading (a GPU that is off or lost) is not in it."""
    values = _KINDS.get(name)
    if values is None:
        return None
    stamp = world.wall(world.now_s).isoformat()
    rows: list[Value] = [
        {"MetricProperty": uri(place), "MetricValue": str(value), "Timestamp": stamp} for place, value in values(world)
    ]
    return Resource(
        {
            **head(uri(_REPORTS, name), "MetricReport.v1_5_2.MetricReport", name, f"Metric report {name}"),
            "ReportSequence": str(int(world.now_s)),
            "Timestamp": stamp,
            "MetricReportDefinition": ref(_DEFINITIONS, name),
            "MetricValues": rows,
        }
    )


def definition_collection(_world: World) -> Resource:
    """What is in the reports."""
    members = [uri(_DEFINITIONS, name) for name in _KINDS]
    return collection(uri(_DEFINITIONS), "MetricReportDefinition", "Metric report definitions", members)


def definition(_world: World, name: str) -> Resource | None:
    """One definition: made anew whenever it is read."""
    if name not in _KINDS:
        return None
    body: Body = head(
        uri(_DEFINITIONS, name),
        "MetricReportDefinition.v1_4_7.MetricReportDefinition",
        name,
        f"Definition of {name}",
    )
    body |= {
        "MetricReportDefinitionType": "OnRequest",
        "MetricReportDefinitionEnabled": True,
        "ReportActions": ["LogToMetricReportsCollection"],
        "ReportUpdates": "Overwrite",
        "MetricReport": ref(_REPORTS, name),
        "Status": {"State": "Enabled", "Health": "OK"},
    }
    return Resource(body)
