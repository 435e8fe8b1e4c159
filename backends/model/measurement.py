"""What a component measures: a quantity with its unit in its name, a value, and the limits its maker set."""

from enum import StrEnum

from msgspec import Struct

from backends.model.severity import Severity


class Quantity(StrEnum):
    """What is measured. The value of each member names its unit."""

    TEMPERATURE = "temp_c"
    SUPPLY_TEMPERATURE = "supply_temp_c"
    RETURN_TEMPERATURE = "return_temp_c"
    DEW_POINT = "dew_point_c"
    HUMIDITY = "humidity_pct"
    FLOW = "flow_lpm"
    PRESSURE = "pressure_kpa"
    SUPPLY_PRESSURE = "supply_pressure_kpa"
    RETURN_PRESSURE = "return_pressure_kpa"
    DELTA_PRESSURE = "delta_pressure_kpa"
    DELTA_TEMPERATURE = "delta_temp_k"
    DEW_POINT_PROXIMITY = "dew_point_proximity_k"
    VALVE = "valve_pct"
    HEAT_REMOVED = "heat_kw"
    COOLING_CAPACITY = "cooling_capacity_w"
    LEVEL = "level_pct"
    SPEED = "speed_pct"
    ROTATION = "speed_rpm"
    POWER = "power_w"
    POWER_CAPACITY = "power_capacity_w"
    LOAD = "load_pct"
    ENERGY = "energy_kwh"
    VOLTAGE = "voltage_v"
    CURRENT = "current_a"
    UNBALANCE = "unbalance_pct"
    SERVICE = "service_h"


CAPACITIES = frozenset({Quantity.POWER_CAPACITY, Quantity.COOLING_CAPACITY})


class Measurement(Struct, frozen=True, kw_only=True, gc=False):
    """One reading. `value` is None when the sensor is there and gives none. Limits are None where nobody set them.

    `label` tells two of the same quantity apart (`Fan 3`, `Supply B`). Of `CAPACITIES`, which are no readings but what
    readings may come to, it says whose word that is: `limit` (set), `rated` (made for), `supplies` (built in); the one
    in force comes first. Source: DSP0268 `Sensor`, its excerpts, and
    metric reports.
    """

    quantity: Quantity
    value: float | None
    label: str = ""
    low_critical: float | None = None
    low_caution: float | None = None
    high_caution: float | None = None
    high_critical: float | None = None

    @property
    def severity(self) -> Severity:
        """Where the value stands against its limits; UNKNOWN without a value, OK without limits."""
        value = self.value
        if value is None:
            return Severity.UNKNOWN
        low, high = self.low_critical, self.high_critical
        if (low is not None and value <= low) or (high is not None and value >= high):
            return Severity.CRITICAL
        low, high = self.low_caution, self.high_caution
        if (low is not None and value <= low) or (high is not None and value >= high):
            return Severity.WARNING
        return Severity.OK
