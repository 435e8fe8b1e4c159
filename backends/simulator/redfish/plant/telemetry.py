"""TelemetryService: all readings of the pod in a handful of MetricReports, so that a refresh needs few requests."""

from backends.simulator.redfish.plant.metric_rows import FAMILIES, Find, rows
from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, ref, uri
from backends.simulator.world import World

_SERVICE = "TelemetryService"
_REPORTS = f"{_SERVICE}/MetricReports"
_DEFINITIONS = f"{_SERVICE}/MetricReportDefinitions"


def telemetry_service(_world: World) -> Resource:
    """The service."""
    return Resource(
        {
            **head(uri(_SERVICE), "TelemetryService.v1_4_1.TelemetryService", _SERVICE, "Telemetry service"),
            "ServiceEnabled": True,
            "MaxReports": len(FAMILIES),
            "MinCollectionInterval": "PT1S",
            "MetricReportDefinitions": ref(_DEFINITIONS),
            "MetricReports": ref(_REPORTS),
            "Status": {"State": "Enabled", "Health": "OK"},
        }
    )


def report_collection(_world: World) -> Resource:
    """The reports."""
    members = [uri(_REPORTS, name) for name in FAMILIES]
    return collection(uri(_REPORTS), "MetricReport", "Metric reports", members)


def report(world: World, name: str, find: Find) -> Resource | None:
    """One report, as of now, out of what `find` gives. What gives no reading (a GPU that is lost) is not in it."""
    if name not in FAMILIES:
        return None
    stamp = world.wall(world.now_s).isoformat()
    values: list[Value] = [
        {"MetricProperty": place, "MetricValue": value, "Timestamp": stamp} for place, value in rows(world, name, find)
    ]
    return Resource(
        {
            **head(uri(_REPORTS, name), "MetricReport.v1_5_2.MetricReport", name, f"Metric report {name}"),
            "ReportSequence": str(int(world.now_s)),
            "Timestamp": stamp,
            "MetricReportDefinition": ref(_DEFINITIONS, name),
            "MetricValues": values,
        }
    )


def definition_collection(_world: World) -> Resource:
    """What is in the reports."""
    members = [uri(_DEFINITIONS, name) for name in FAMILIES]
    return collection(uri(_DEFINITIONS), "MetricReportDefinition", "Metric report definitions", members)


def definition(_world: World, name: str) -> Resource | None:
    """One definition: made anew whenever it is read."""
    if name not in FAMILIES:
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
