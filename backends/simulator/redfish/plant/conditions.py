"""ServiceConditions: everything that is wrong in the pod, in one answer, and the worst of it."""

from backends.simulator.alarm import worst
from backends.simulator.redfish.plant.state import condition
from backends.simulator.redfish.resource import Resource, head, uri
from backends.simulator.world import World


def service_conditions(world: World) -> Resource:
    """The alarms that stand, oldest first."""
    alarms = sorted(world.alarms.active.values(), key=lambda alarm: alarm.since_s)
    path = uri("ServiceConditions")
    return Resource(
        {
            **head(path, "ServiceConditions.v1_0_1.ServiceConditions", "ServiceConditions", "Service conditions"),
            "HealthRollup": worst(alarm.severity for alarm in alarms),
            "Conditions": [condition(world, alarm) for alarm in alarms],
        }
    )
