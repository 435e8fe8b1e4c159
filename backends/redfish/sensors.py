"""The sensors of a chassis that tells of its readings in no other way (DSP0268 Sensor v1.13).

Subsystems and metrics say which reading is whose; a bare list of sensors says it in names at most. It is read where
there is nothing else (cabinet controllers, switch blades), once a minute, under the names its maker gave.
"""

from collections import Counter

from backends.model.measurement import Quantity
from backends.redfish.parts import Plant, Sight
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.views import LIMITS, Gauge, View

MOST = 64  # a blade's controller has 350 voltages and currents of its regulators

_TYPES = {
    "Temperature": (Quantity.TEMPERATURE, {"": 1.0, "Cel": 1.0, "C": 1.0}),
    "Humidity": (Quantity.HUMIDITY, {"": 1.0, "%": 1.0}),
    "LiquidFlow": (Quantity.FLOW, {"L/s": 60.0, "L/min": 1.0}),
    "LiquidFlowLPM": (Quantity.FLOW, {"": 1.0, "L/min": 1.0}),
    "Pressure": (Quantity.PRESSURE, {"Pa": 0.001, "kPa": 1.0, "bar": 100.0, "PSI": 6.894757}),
    "PressurekPa": (Quantity.PRESSURE, {"": 1.0, "kPa": 1.0}),
}


async def find_sensors(round_: Round, plant: Plant, collection: str, owner: str) -> None:
    """The temperatures, flows and pressures of a chassis, those whose unit we know.

    Powers are left out: which of a shelf's forty is the whole is not said, and the first would be taken for it.
    """
    found = await round_.resources(collection)
    names = Counter((one.text("ReadingType"), one.text("Name", 40)) for one in found.values())
    told = plant.sensors()
    gauges = {path: gauge for path, one in found.items() if path not in told and (gauge := _gauge(one, names))}
    for path in sorted(gauges)[:MOST]:
        plant.seen(found[path])
        plant.look(owner, Sight(path, View(gauges=(gauges[path],), slow=True), collection))


def _gauge(one: Resource, names: Counter[tuple[str, str]]) -> Gauge | None:
    kind, name = one.text("ReadingType"), one.text("Name", 40)
    quantity, units = _TYPES.get(kind, (None, {}))
    scale = units.get(one.text("ReadingUnits"))
    if quantity is None or scale is None or one.text("Status/State") in ("Absent", "Disabled"):
        return None
    label = name if name and names[kind, name] == 1 else one.text("Id", 40)
    return Gauge("Reading", quantity, label, limits=LIMITS, scale=scale)
