"""What is read again and again of each kind of resource: its measurements, its words, and how soon they matter.

Property names are DSP0268 2026.1. A row that a service does not have costs nothing.
"""

from msgspec import Struct

from backends.model.measurement import Quantity


class Gauge(Struct, frozen=True):
    """A value that is a measurement. `label` tells two of the same quantity in one resource apart."""

    pointer: str
    quantity: Quantity
    label: str = ""


class View(Struct, frozen=True, kw_only=True):
    """One kind of resource. `words` are read beside the gauges; the first that says something is the detail.

    `slow`: may be a minute old while nothing calls it wrong (NVLink ports: 72 resources on a tray of four GPUs).
    `lasting` are settings: kept as well, and no reason to ask more often than once a minute.
    """

    gauges: tuple[Gauge, ...] = ()
    words: tuple[str, ...] = ()
    slow: bool = False
    lasting: tuple[str, ...] = ()

    @property
    def pointers(self) -> tuple[str, ...]:
        """Every value that changes, the resource's own status aside."""
        return (*(gauge.pointer for gauge in self.gauges), *self.words)


STATUS = ("Status/State", "Status/Health", "Status/HealthRollup")

PLAIN = View()
ENVIRONMENT = View(
    gauges=(
        Gauge("PowerWatts/Reading", Quantity.POWER),
        Gauge("TemperatureCelsius/Reading", Quantity.TEMPERATURE),
        Gauge("HumidityPercent/Reading", Quantity.HUMIDITY),
        Gauge("DewPointCelsius/Reading", Quantity.DEW_POINT),
        Gauge("EnergykWh/Reading", Quantity.ENERGY),
        Gauge("PowerLoadPercent/Reading", Quantity.LOAD),
    )
)
CONNECTOR = View(
    gauges=(
        Gauge("FlowLitersPerMinute/Reading", Quantity.FLOW),
        Gauge("SupplyTemperatureCelsius/Reading", Quantity.SUPPLY_TEMPERATURE),
        Gauge("ReturnTemperatureCelsius/Reading", Quantity.RETURN_TEMPERATURE),
        Gauge("SupplyPressurekPa/Reading", Quantity.SUPPLY_PRESSURE),
        Gauge("ReturnPressurekPa/Reading", Quantity.RETURN_PRESSURE),
        Gauge("DeltaPressurekPa/Reading", Quantity.DELTA_PRESSURE),
        Gauge("HeatRemovedkW/Reading", Quantity.HEAT_REMOVED),
    )
)
RESERVOIR = View(gauges=(Gauge("FluidLevelPercent/Reading", Quantity.LEVEL),), words=("FluidLevelStatus",))
LOOP = View(
    gauges=(Gauge("CoolantLevelPercent/Reading", Quantity.LEVEL),), words=("CoolantLevelStatus", "CoolantQuality")
)
PUMP = View(
    gauges=(Gauge("PumpSpeedPercent/Reading", Quantity.SPEED), Gauge("InletPressurekPa/Reading", Quantity.PRESSURE))
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
SUPPLY = View(words=("LineInputStatus",))
SUPPLY_METRICS = View(
    gauges=(
        Gauge("OutputPowerWatts/Reading", Quantity.POWER),
        Gauge("InputPowerWatts/Reading", Quantity.POWER, "input"),
        Gauge("InputVoltage/Reading", Quantity.VOLTAGE, "input"),
        Gauge("InputCurrentAmps/Reading", Quantity.CURRENT, "input"),
        Gauge("TemperatureCelsius/Reading", Quantity.TEMPERATURE),
    )
)
OUTLET = View(
    words=("PowerState",),
    gauges=(
        Gauge("PowerWatts/Reading", Quantity.POWER),
        Gauge("CurrentAmps/Reading", Quantity.CURRENT),
        Gauge("Voltage/Reading", Quantity.VOLTAGE),
        Gauge("EnergykWh/Reading", Quantity.ENERGY),
    ),
)
COOLING_UNIT = View(words=("PumpRedundancy",))
POWER_SUBSYSTEM = View(words=("PowerSupplyRedundancy",))
DISTRIBUTION = View(words=("MainsRedundancy", "PowerSupplyRedundancy", "PowerState"))
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
