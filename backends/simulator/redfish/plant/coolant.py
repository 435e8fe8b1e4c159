"""The coolants, and the connectors of a unit to the facility's loop and to its own (DSP0268 CoolantConnector v1.4)."""

from backends.simulator.cooling import COLDEST_C, DELTA_K, FWS_KG, FWS_KJ, TCS_KG, TCS_KJ, WARMEST_C, Cdu, Circuit
from backends.simulator.redfish.offers import number
from backends.simulator.redfish.plant.control import Control
from backends.simulator.redfish.plant.state import reading
from backends.simulator.redfish.resource import Body, Value, Write, ref
from backends.simulator.world import World

TCS: Body = {
    "CoolantType": "Water",
    "AdditiveName": "Propylene glycol",
    "AdditivePercent": 25,
    "DensityKgPerCubicMeter": TCS_KG,
    "SpecificHeatkJoulesPerKgK": TCS_KJ,
}
FWS: Body = {"CoolantType": "Water", "DensityKgPerCubicMeter": FWS_KG, "SpecificHeatkJoulesPerKgK": FWS_KJ}
DEW_POINT_C = 10.4
_LEAST_PCT, _MOST_PCT = 10.0, 100.0


def connector(world: World, cdu: Cdu, *, primary: bool) -> tuple[Body, dict[str, Write]]:
    """One side of the unit, and what of it may be written."""
    own, writes = _primary(world, cdu) if primary else _secondary(world, cdu)
    body: Body = {
        "CoolantConnectorType": "Pair",
        "Coolant": FWS if primary else TCS,
        "RatedFlowLitersPerMinute": round(rated_lpm(cdu, primary=primary), 1),
        **own,
    }
    return body, writes


def rated_lpm(cdu: Cdu, *, primary: bool) -> float:
    """The flow that carries all the heat a unit is made for, on either side of it."""
    return cdu.rated_w * 60 / (FWS_KJ * FWS_KG * DELTA_K) if primary else cdu.rated_lpm


def _primary(world: World, cdu: Cdu) -> tuple[Body, dict[str, Write]]:
    """The facility's side, with the valve that lets its water in."""

    def hold(percent: float | None) -> None:
        cdu.valve.setpoint = None if percent is None else percent / 100
        cdu.change()

    open_pct = cdu.valve_pct(world.now_s)
    held = cdu.valve.setpoint is not None
    control = Control(setpoint=open_pct, held=held, least=_LEAST_PCT, most=_MOST_PCT, hold=hold)
    loop = f"{world.shape.pod}-fws"
    body: Body = {
        **_circuit(cdu.primary(world.now_s), ""),
        "CoolingLoopName": loop,
        "ValvePositionPercent": reading(open_pct),
        "ValvePositionControlPercent": control.body(),
        "Links": {"ConnectedCoolingLoop": ref("ThermalEquipment", "CoolingLoops", loop)},
    }
    return body, control.writes("ValvePositionControlPercent")


def _secondary(world: World, cdu: Cdu) -> tuple[Body, dict[str, Write]]:
    """The unit's own side, with the set point of what it sends to its racks."""

    def aim(supply_c: float) -> None:
        cdu.setpoint_c = supply_c
        cdu.change()

    side = cdu.secondary(world.now_s)
    racks: list[Value] = [ref("Chassis", world.shape.rack_names[rack - 1]) for rack in cdu.racks]
    loop = f"{cdu.name}-tcs"
    body: Body = {
        **_circuit(side, f"Chassis/{cdu.name}/Sensors/"),
        "CoolingLoopName": loop,
        "SupplyTemperatureControlCelsius": {
            "SetPoint": cdu.setpoint_c,
            "AllowableMin": COLDEST_C,
            "AllowableMax": WARMEST_C,
            "ControlMode": "Automatic",
        },
        "DewPointProximityCelsius": reading(side.supply_c - DEW_POINT_C),
        "Links": {
            "ConnectedCoolingLoop": ref("ThermalEquipment", "CoolingLoops", loop),
            "ConnectedChassis": racks,
        },
    }
    return body, {"SupplyTemperatureControlCelsius/SetPoint": number(COLDEST_C, WARMEST_C, aim)}


def _circuit(side: Circuit, sensors: str) -> Body:
    """What goes out, what comes back, and the heat between them; `sensors` is the path of the unit's, "" for none."""

    def read(value: float, name: str = "", digits: int = 2) -> Body:
        return reading(value, f"{sensors}{name}" if sensors and name else "", digits)

    return {
        "FlowLitersPerMinute": read(side.flow_lpm, "Flow"),
        "SupplyTemperatureCelsius": read(side.supply_c, "SupplyTemperature"),
        "ReturnTemperatureCelsius": read(side.return_c, "ReturnTemperature"),
        "DeltaTemperatureCelsius": read(side.return_c - side.supply_c),
        "SupplyPressurekPa": read(side.supply_kpa, "SupplyPressure"),
        "ReturnPressurekPa": read(side.return_kpa, "ReturnPressure"),
        "DeltaPressurekPa": read(side.supply_kpa - side.return_kpa),
        "HeatRemovedkW": read(side.heat_kw, "Heat", 3),
    }
