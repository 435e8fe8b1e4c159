import msgspec
import pytest

from backends.redfish.decode import decode
from backends.redfish.schema import Chassis, Collection, ComputerSystem, EnvironmentMetrics, Link, Status


def test_well_formed_resource():
    system = decode(b'{"@odata.id": "/s/1", "Id": "1", "UUID": "u", "Status": {"HealthRollup": "OK"}}', ComputerSystem)
    assert (system.path, system.id, system.uuid, system.status) == ("/s/1", "1", "u", Status(health_rollup="OK"))


@pytest.mark.parametrize("wrong", ["null", "[]", "{}", '"text"', "7", "true"])
def test_one_wrong_field_costs_only_itself(wrong):
    body = '{"Id": "c", "Status": WRONG, "Links": {"Contains": WRONG, "ContainedBy": {"@odata.id": "/x"}}}'
    chassis = decode(body.replace("WRONG", wrong).encode(), Chassis)
    assert chassis.id == "c"
    assert chassis.links is not None
    assert chassis.links.contained_by == Link("/x")
    assert not chassis.links.contains


def test_numbers_as_text_and_text_as_numbers():
    metrics = decode(
        b'{"PowerWatts": {"Reading": "12.5"}, "TemperatureCelsius": {"Reading": "n/a"}}', EnvironmentMetrics
    )
    assert metrics.power_watts is not None
    assert metrics.power_watts.reading == 12.5
    assert metrics.temperature_celsius is not None
    assert metrics.temperature_celsius.reading is None
    assert decode(b'{"Id": 7, "Name": true}', ComputerSystem) == ComputerSystem(id="7")


def test_null_and_nonsense_members_are_left_out():
    found = decode(b'{"Members": [null, {"@odata.id": "/a"}, "b", {"@odata.id": 3}, {}]}', Collection)
    assert [link.path for link in found.members or () if link.path] == ["/a", "3"]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b'{"Id": "cut', b"<html>", b'{"Id": "\xff"}'])
def test_what_is_no_object_is_refused(body):
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        decode(body, ComputerSystem)


DEEP = 100_000
REFUSED = {
    "deep lists in a field we do not read": b'{"Oem":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects in a field we do not read": b'{"Oem":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    "deep lists in a field we read": b'{"Status":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep where the tolerant decoder reads": b'{"Id": 7, "Oem":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "not a number": b'{"PowerWatts": {"Reading": NaN}}',
    "cut in a word": b'{"Id": "1", "Mem',
    "half of a surrogate pair": b'{"Id": "\\ud800"}',
    "something after it": b'{"Id": "1"} <!-- -->',
    "UTF-16": '{"Id": "1"}'.encode("utf-16"),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_hostile_body_is_refused_as_any_other_that_is_no_resource(body):
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        decode(body, EnvironmentMetrics)
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        decode(body, ComputerSystem)


@pytest.mark.parametrize("number", ['"inf"', '"nan"', '"' + "9" * 5000 + '"'])
def test_a_number_beyond_all_measure_is_not_a_reading(number):
    metrics = decode(b'{"Id": "e", "PowerWatts": {"Reading": %s}}' % number.encode(), EnvironmentMetrics)
    assert metrics.power_watts is None or metrics.power_watts.reading is None


def test_a_byte_order_mark_is_passed_over_and_of_two_alike_the_last_counts():
    assert decode(b'\xef\xbb\xbf{"Id": "1"}', ComputerSystem).id == "1"
    assert decode(b'{"Id": "1", "Id": "2"}', ComputerSystem).id == "2"
