"""Services from before subsystems and sensors: Power and Thermal tell what the newer resources do not."""

import pytest

from backends.model.measurement import Quantity
from backends.model.severity import Severity
from backends.model.topology import Kind

V1 = "/redfish/v1"
POWER = {
    "PowerControl": [
        {
            "MemberId": "0",
            "PowerConsumedWatts": 344,
            "PowerCapacityWatts": 800,
            "PowerLimit": {"LimitInWatts": 500},
        }
    ],
    "PowerSupplies": [
        {"MemberId": "a", "Name": "PSU A", "PowerCapacityWatts": 800, "LastPowerOutputWatts": 325, "Status": {}},
        {"MemberId": "b", "Name": "PSU B", "LineInputVoltage": None, "Status": {"Health": "Critical"}},
    ],
    "Voltages": [{"MemberId": "0", "Name": "VRM1", "ReadingVolts": 12, "UpperThresholdCritical": 13}],
    "Redundancy": [{"Name": "PSUs", "MinNumNeeded": 1, "Mode": "N+m", "Status": {"Health": "Warning"}}],
}
THERMAL = {
    "Temperatures": [
        {"MemberId": "0", "Name": "CPU1", "ReadingCelsius": 46, "UpperThresholdCritical": 45},
        {"MemberId": "1", "Name": "CPU2", "ReadingCelsius": 0, "Status": {"State": "Disabled"}},
        {"MemberId": "2", "Name": "Inlet", "ReadingCelsius": 25, "PhysicalContext": "Intake", "UpperThresholdFatal": 0},
    ],
    "Fans": [
        {"MemberId": "0", "Name": "Fan 1", "Reading": 2100, "ReadingUnits": "RPM", "LowerThresholdCritical": 500},
        {"MemberId": "1", "Name": "Fan 2", "Reading": 0, "ReadingUnits": "Percent", "Status": {"State": "Absent"}},
    ],
}


@pytest.fixture
async def old(serve, hardware, reply):
    """An adapter on a server of before 2020, and its resources, which may be changed."""
    found = {
        "": {"Name": "BMC", "Systems": link("/Systems"), "Chassis": link("/Chassis")},
        "/Systems": {"Members": [link("/Systems/1")]},
        "/Systems/1": {
            "Id": "1",
            "Name": "web1",
            "PowerState": "On",
            "Boot": {},
            "Links": {"Chassis": [link("/Chassis/1")]},
        },
        "/Chassis": {"Members": [link("/Chassis/1")]},
        "/Chassis/1": {"Id": "1", "Name": "1U", "ChassisType": "RackMount", "Power": link("/P"), "Thermal": link("/T")},
        "/P": POWER,
        "/T": THERMAL,
    }

    def handler(request):
        body = found.get(request.path.removeprefix(V1).rstrip("/"))
        return reply(404) if body is None else reply(200, body)

    served = await serve(handler)
    return hardware(served.url), found


def link(path):
    return {"@odata.id": V1 + path}


async def test_power_and_thermal_are_read_with_their_thresholds(old):
    adapter, _ = old
    inventory = await adapter.inventory()
    (tray,) = [facts for id_, facts in inventory.facts.items() if id_.startswith("tray:")]
    measured = {(one.quantity, one.label): one for one in tray.measurements}
    assert measured[Quantity.POWER, ""].value == 344
    assert [one.value for one in tray.measurements if one.quantity is Quantity.POWER_CAPACITY] == [500, 800]
    assert measured[Quantity.VOLTAGE, "VRM1"].high_critical == 13
    assert measured[Quantity.TEMPERATURE, "CPU1"].severity is Severity.CRITICAL
    assert (Quantity.TEMPERATURE, "CPU2") not in measured
    assert measured[Quantity.TEMPERATURE, ""].high_critical is None
    assert [(group.needed, group.health) for group in tray.redundancy] == [(1, Severity.WARNING)]
    node = inventory.systems["web1"]
    assert (node.power_w, node.temp_c) == (344, 25)


async def test_supplies_and_fans_are_parts_and_are_found_again_when_they_change_places(old):
    adapter, found = old
    first = await adapter.inventory()
    kinds = {one.id: one.kind for one in first.components}
    assert sorted(kinds.values()) == [Kind.FAN, Kind.FAN, Kind.POWER_SUPPLY, Kind.POWER_SUPPLY, Kind.TRAY]
    found["/P"] = {**POWER, "PowerSupplies": list(reversed(POWER["PowerSupplies"]))}
    again = await adapter.inventory()
    for inventory in (first, again):
        health = {id_.rpartition("/")[2]: facts for id_, facts in inventory.facts.items()}
        assert health["PSU B"].health is Severity.CRITICAL
        assert health["PSU A"].health is Severity.UNKNOWN
        assert {one.quantity: one.value for one in health["PSU A"].measurements} == {
            Quantity.POWER: 325,
            Quantity.POWER_CAPACITY: 800,
        }
        assert health["Fan 1"].measurements[0].low_critical == 500
        assert health["Fan 2"].state == "Absent"
