"""What is read again and again of each kind of resource: its measurements, its words, and how soon they matter.

Property names are DSP0268 2026.1. A row that a service does not have costs nothing.
"""

from msgspec import Struct

from backends.model.measurement import Quantity


class Gauge(Struct, frozen=True):
    """A value that is a measurement. `label` tells two of the same quantity in one resource apart.

    `rated` is the property of the same resource that is its upper limit where no sensor sets one (a breaker's amps,
    a filter's hours). `scale` brings value and limits to the quantity's unit. `limits` are its four thresholds beside
    it, lowest first, in resources older than sensors. `mode` is the property that says `Disabled` when the value is
    not in force.
    """

    pointer: str
    quantity: Quantity
    label: str = ""
    rated: str = ""
    scale: float = 1.0
    limits: tuple[str, ...] = ()
    mode: str = ""

    @property
    def settings(self) -> tuple[str, ...]:
        """What is read beside the value, and lasts."""
        return tuple(filter(None, (self.rated, *self.limits, self.mode)))


class View(Struct, frozen=True, kw_only=True):
    """One kind of resource. `words` are read beside the gauges; the first that says something is the detail.

    `slow`: may be a minute old while nothing calls it wrong (NVLink ports: 72 resources on a tray of four GPUs).
    `lasting` are settings: kept as well, and no reason to ask more often than once a minute. `ratings` are gauges of
    what never changes but by a screwdriver: read at discovery and kept. `states` change and are no detail.
    """

    gauges: tuple[Gauge, ...] = ()
    words: tuple[str, ...] = ()
    slow: bool = False
    lasting: tuple[str, ...] = ()
    ratings: tuple[Gauge, ...] = ()
    states: tuple[str, ...] = ()

    @property
    def pointers(self) -> tuple[str, ...]:
        """Every value that changes, the resource's own status aside."""
        return (*(gauge.pointer for gauge in self.gauges), *self.words, *self.states)

    @property
    def kept(self) -> tuple[str, ...]:
        """Everything that is kept of the resource, its status aside."""
        settings = (one for gauge in (*self.gauges, *self.ratings) for one in gauge.settings)
        return (*self.pointers, *self.lasting, *settings, *(gauge.pointer for gauge in self.ratings))


LIMITS = (
    "Thresholds/LowerCritical/Reading",
    "Thresholds/LowerCaution/Reading",
    "Thresholds/UpperCaution/Reading",
    "Thresholds/UpperCritical/Reading",
)
STATUS = ("Status/State", "Status/Health", "Status/HealthRollup")
EMPTY_WHILE_FALSE = {"ThrottleCauses": "Throttled"}  # so says DSP0268 Processor v1.16 of the list beside the flag

_LIMIT = Gauge("PowerLimitWatts/SetPoint", Quantity.POWER_CAPACITY, "limit", mode="PowerLimitWatts/ControlMode")

PLAIN = View()
FRAME = View(ratings=(Gauge("MaxPowerWatts", Quantity.POWER_CAPACITY, "rated"),))
ENVIRONMENT = View(
    states=("PowerLimitWatts/SetPoint",),
    ratings=(_LIMIT,),
    gauges=(
        Gauge("PowerWatts/Reading", Quantity.POWER),
        Gauge("TemperatureCelsius/Reading", Quantity.TEMPERATURE),
        Gauge("HumidityPercent/Reading", Quantity.HUMIDITY),
        Gauge("DewPointCelsius/Reading", Quantity.DEW_POINT),
        Gauge("EnergykWh/Reading", Quantity.ENERGY),
        Gauge("PowerLoadPercent/Reading", Quantity.LOAD),
    ),
)
CONNECTOR = View(
    gauges=(
        Gauge("FlowLitersPerMinute/Reading", Quantity.FLOW),
        Gauge("SupplyTemperatureCelsius/Reading", Quantity.SUPPLY_TEMPERATURE),
        Gauge("ReturnTemperatureCelsius/Reading", Quantity.RETURN_TEMPERATURE),
        Gauge("SupplyPressurekPa/Reading", Quantity.SUPPLY_PRESSURE),
        Gauge("ReturnPressurekPa/Reading", Quantity.RETURN_PRESSURE),
        Gauge("DeltaPressurekPa/Reading", Quantity.DELTA_PRESSURE),
        Gauge("DeltaTemperatureCelsius/Reading", Quantity.DELTA_TEMPERATURE),
        Gauge("HeatRemovedkW/Reading", Quantity.HEAT_REMOVED),
        Gauge("ValvePositionPercent/Reading", Quantity.VALVE),
        Gauge("DewPointProximityCelsius/Reading", Quantity.DEW_POINT_PROXIMITY),
    )
)
RESERVOIR = View(
    gauges=(
        Gauge("FluidLevelPercent/Reading", Quantity.LEVEL),
        Gauge("InternalPressurekPa/Reading", Quantity.PRESSURE),
    ),
    words=("FluidLevelStatus",),
)
FILTER = View(
    gauges=(
        Gauge("ServiceHours", Quantity.SERVICE, rated="RatedServiceHours"),
        Gauge("DeltaLiquidPressurekPa/Reading", Quantity.DELTA_PRESSURE),
    ),
)
LOOP = View(
    gauges=(Gauge("CoolantLevelPercent/Reading", Quantity.LEVEL),), words=("CoolantLevelStatus", "CoolantQuality")
)
PUMP = View(
    gauges=(
        Gauge("PumpSpeedPercent/Reading", Quantity.SPEED),
        Gauge("PumpSpeedPercent/SpeedRPM", Quantity.ROTATION),
        Gauge("InletPressurekPa/Reading", Quantity.PRESSURE),
    ),
    lasting=("ServiceHours",),
    ratings=(Gauge("ServiceHours", Quantity.SERVICE),),
)
FAN = View(
    gauges=(
        Gauge("SpeedPercent/Reading", Quantity.SPEED),
        Gauge("SpeedPercent/SpeedRPM", Quantity.ROTATION),
        Gauge("SpeedPercent/SpeedRpm", Quantity.ROTATION),  # Delta's spelling
        Gauge("PowerWatts/Reading", Quantity.POWER),
    )
)
LEAK_DETECTOR = View(words=("DetectorState",), gauges=(Gauge("Voltage/Reading", Quantity.VOLTAGE),))
SUPPLY = View(
    words=("LineInputStatus",),
    ratings=(Gauge("PowerCapacityWatts", Quantity.POWER_CAPACITY, "rated"),),
)
SUPPLY_METRICS = View(
    gauges=(
        Gauge("OutputPowerWatts/Reading", Quantity.POWER),
        Gauge("InputPowerWatts/Reading", Quantity.POWER, "input"),
        Gauge("InputVoltage/Reading", Quantity.VOLTAGE, "input"),
        Gauge("InputCurrentAmps/Reading", Quantity.CURRENT, "input"),
        Gauge("TemperatureCelsius/Reading", Quantity.TEMPERATURE),
    )
)
_LINE = (
    Gauge("PowerWatts/Reading", Quantity.POWER),
    Gauge("CurrentAmps/Reading", Quantity.CURRENT, rated="RatedCurrentAmps"),
    Gauge("Voltage/Reading", Quantity.VOLTAGE),
    Gauge("EnergykWh/Reading", Quantity.ENERGY),
)
OUTLET = View(words=("PowerState",), gauges=_LINE)
CIRCUIT = View(
    words=("BreakerState", "PowerState"),
    gauges=(
        *_LINE,
        Gauge("PowerLoadPercent/Reading", Quantity.LOAD),
        *(
            Gauge(f"PolyPhaseCurrentAmps/{line}/Reading", Quantity.CURRENT, f"L{line[-1]}", rated="RatedCurrentAmps")
            for line in ("Line1", "Line2", "Line3")
        ),
        Gauge("UnbalancedCurrentPercent/Reading", Quantity.UNBALANCE),
    ),
)
COOLING_UNIT = View(
    words=("PumpRedundancy", "FilterRedundancy", "CoolantConnectorRedundancy", "CoolingUnitRedundancy"),
    ratings=(Gauge("CoolingCapacityWatts", Quantity.COOLING_CAPACITY, "rated"),),
)
THERMAL_SUBSYSTEM = View(words=("FanRedundancy", "CoolantConnectorRedundancy"))
POWER_SUBSYSTEM = View(
    words=("PowerSupplyRedundancy",),
    ratings=(Gauge("CapacityWatts", Quantity.POWER_CAPACITY, "supplies"),),
)
DISTRIBUTION = View(
    words=("MainsRedundancy", "PowerSupplyRedundancy", "PowerState"),
    ratings=(Gauge("PowerCapacityVA", Quantity.POWER_CAPACITY, "rated VA"),),
)
PORT = View(words=("LinkStatus", "LinkState"), slow=True)
GPU = View(words=("ThrottleCauses", "Throttled"))
GPU_ENVIRONMENT = View(
    gauges=(Gauge("PowerWatts/Reading", Quantity.POWER), Gauge("TemperatureCelsius/Reading", Quantity.TEMPERATURE)),
    lasting=("PowerLimitWatts/SetPoint",),
)
GPU_METRICS = View(
    words=(
        "BandwidthPercent",
        "CacheMetricsTotal/LifeTime/CorrectableECCErrorCount",
        "CacheMetricsTotal/LifeTime/UncorrectableECCErrorCount",
        "Oem/Nvidia/SMUtilizationPercent",
        "Oem/Nvidia/ThrottleReasons",
    ),
)
MEMORY_METRICS = View(
    words=("LifeTime/CorrectableECCErrorCount", "LifeTime/UncorrectableECCErrorCount"),
    slow=True,
)
