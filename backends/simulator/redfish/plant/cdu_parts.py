"""What a coolant distribution unit is made of: its pumps, its filter and its reservoir."""

from backends.simulator.cooling import Cdu
from backends.simulator.filter import RATED_HOURS
from backends.simulator.pump import FASTEST_PCT, SLOWEST_PCT, Pump
from backends.simulator.redfish.offers import actions_body, number
from backends.simulator.redfish.plant.control import Control
from backends.simulator.redfish.plant.coolant import TCS
from backends.simulator.redfish.plant.state import identity, part_location, reading, state
from backends.simulator.redfish.resource import Action, Body, Outcome, Parameter, Resource, head, uri
from backends.simulator.world import World

_MOST_HOURS = 200_000.0
_SERVICED = "2026-01-10T00:00:00Z"
MODES = ("Enabled", "Disabled")


def pump(world: World, cdu: Cdu, place: str, id_: str) -> Resource:
    """One pump: its speed, held or its own choice, and its mode."""
    one = next(each for each in cdu.pumps if each.name == id_)
    number_of = int(id_.removeprefix("pump"))
    control = _speed(cdu, one)
    actions = {"Pump.SetMode": _mode(cdu, one)}
    word = "Disabled" if not one.enabled else "Enabled" if one.powered else "StandbyOffline"
    body: Body = {
        **head(uri(place), "Pump.v1_2_0.Pump", id_, f"Pump {id_} of {cdu.name}"),
        **identity(world, f"{cdu.name}/{id_}", "CDU pump"),
        "PumpType": "Liquid",
        "PumpSpeedPercent": reading(one.speed_pct(cdu.running)),
        "SpeedControlPercent": control.body(),
        "InletPressurekPa": reading(cdu.secondary(world.now_s).return_kpa),
        "ServiceHours": one.hours(world.now_s),
        "PhysicalContext": "CoolingSubsystem",
        "Location": part_location(f"Pump {number_of}", number_of, "Bay"),
        "Status": state(world, place, word=word),
        **actions_body(uri(place), actions),
    }
    writes = {
        **control.writes("SpeedControlPercent"),
        "ServiceHours": number(0.0, _MOST_HOURS, lambda hours: one.count_from(world.now_s, hours)),
    }
    return Resource(body, writes=writes, actions=actions)


def _speed(cdu: Cdu, one: Pump) -> Control:
    def hold(percent: float | None) -> None:
        one.setpoint_pct = percent
        cdu.change()

    return Control(
        setpoint=one.aim_pct(cdu.running),
        held=one.setpoint_pct is not None,
        least=SLOWEST_PCT,
        most=FASTEST_PCT,
        hold=hold,
    )


def _mode(cdu: Cdu, one: Pump) -> Action:
    def run(asked: Body) -> Outcome:
        one.enabled = asked["Mode"] == MODES[0]
        cdu.change()
        return Outcome()

    return Action(run=run, parameters={"Mode": Parameter(required=True, allowed=MODES)})


def filter_of(world: World, cdu: Cdu, place: str, id_: str) -> Resource:
    """The filter: its hours may be written, which is how a service is told of."""
    one = cdu.filter
    body: Body = {
        **head(uri(place), "Filter.v1_1_1.Filter", id_, f"Filter {id_} of {cdu.name}"),
        **identity(world, f"{cdu.name}/filter{id_}", "50 µm filter"),
        "ServicedDate": _SERVICED if one.serviced_s is None else world.wall(one.serviced_s).isoformat(),
        "ServiceHours": one.hours(world.now_s),
        "RatedServiceHours": RATED_HOURS,
        "Replaceable": True,
        "HotPluggable": False,
        "DeltaLiquidPressurekPa": reading(cdu.filter_kpa(world.now_s)),
        "Location": part_location("Filter 1", 1, "Bay"),
        "Status": state(world, place),
    }
    serviced = number(0.0, _MOST_HOURS, lambda hours: one.service(world.now_s, hours))
    return Resource(body, writes={"ServiceHours": serviced})


def reservoir(world: World, cdu: Cdu, place: str, id_: str) -> Resource:
    """The reservoir, and how full it is."""
    return Resource(
        {
            **head(uri(place), "Reservoir.v1_0_2.Reservoir", id_, f"Reservoir {id_} of {cdu.name}"),
            "ReservoirType": "Reserve",
            "CapacityLiters": 60,
            "FluidLevelPercent": reading(cdu.level_pct(world.now_s), f"Chassis/{cdu.name}/Sensors/Level"),
            "FluidLevelStatus": world.alarms.health(place),
            "Coolant": TCS,
            "Location": part_location("Reservoir 1", 1, "Embedded"),
            "Status": state(world, place),
        }
    )
