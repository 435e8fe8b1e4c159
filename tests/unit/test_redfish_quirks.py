import importlib

import pytest

from backends.redfish.facts import port_up
from backends.redfish.quirks import QUIRKS, stale_by_its_maker, throttle_reasons, utilisation_pct
from backends.redfish.reports import Reports, each
from backends.redfish.resource import Resource


def resource(**body):
    return Resource("/r", body)


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.what)
def test_each_quirk_is_borne_somewhere(quirk):
    module, _, name = quirk.borne_in.rpartition(".")
    if module == "quirks":
        assert callable(getattr(importlib.import_module("backends.redfish.quirks"), name))
    else:
        importlib.import_module(quirk.borne_in if module else f"backends.redfish.{quirk.borne_in}")


@pytest.mark.parametrize(
    ("gpu", "metrics", "reasons"),
    [
        ({"ThrottleCauses": ["PowerLimit"], "Throttled": True}, {}, ("PowerLimit",)),
        ({"Throttled": True}, {}, ("Unknown",)),
        ({"ThrottleCauses": ["PowerLimit"], "Throttled": False}, {}, ()),
        ({}, {"ThrottleReasons": ["NA"]}, ()),
        ({}, {"ThrottleReasons": ["HWSlowdown", "none"]}, ("HWSlowdown",)),
        ({"Throttled": False}, {"ThrottleReasons": ["HWSlowdown"]}, ()),
    ],
)
def test_throttle_reasons_of_the_standard_first(gpu, metrics, reasons):
    assert throttle_reasons(resource(**gpu), resource(Oem={"Nvidia": metrics})) == reasons
    assert throttle_reasons(None, None) == ()


def test_utilisation_is_that_of_the_cores_where_it_is_told():
    assert utilisation_pct(resource(BandwidthPercent=7, Oem={"Nvidia": {"SMUtilizationPercent": 90}})) == 90
    assert utilisation_pct(resource(BandwidthPercent=7)) == 7
    assert utilisation_pct(resource()) is None


def test_value_that_is_stale_by_its_makers_own_word():
    assert stale_by_its_maker(resource(Oem={"Nvidia": {"MetricValueStale": True}}))
    assert not stale_by_its_maker(resource(Oem={"Nvidia": {"MetricValueStale": False}}))
    assert not stale_by_its_maker(resource(Oem=[]))


@pytest.mark.parametrize("time", ["0000-00-00T00:00:00Z", "", "soon"])
def test_values_of_no_time_are_of_no_use(time):
    reports = Reports()
    value = {"MetricProperty": "/gpu#/Reading", "MetricValue": "1", "Timestamp": time}
    reports.take("", dict(each(resource(MetricValues=[value, None]))), 0.0)
    assert reports.told(Resource("/gpu", {}), "Reading", 0.0) is None
    timed = value | {"Timestamp": "2026-01-01T00:00:00-06:00"}
    reports.take("", dict(each(resource(MetricValues=[timed]))), 0.0)
    assert reports.told(Resource("/gpu", {}), "Reading", 0.0).value == "1"


@pytest.mark.parametrize(
    ("port", "up"),
    [
        ({"LinkStatus": "LinkUp", "LinkState": "Enabled"}, True),
        ({"LinkStatus": "Training", "LinkState": "Enabled"}, False),
        ({"LinkState": "Enabled"}, True),
        ({}, None),
    ],
)
def test_port_is_up_by_its_status_first(port, up):
    assert port_up(resource(**port)) is up
