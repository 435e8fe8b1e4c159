import msgspec
import pytest

from backends.redfish.resource import Resource

BODY = {
    "Status": {"Health": "OK\x1b[2J"},
    "Power": {"Reading": "12.5", "DataSourceUri": "/s/1/"},
    "On": True,
    "Huge": 1e999,
    "Rows": [{"A": 1}, None, "x"],
    "Links": {"One": {"@odata.id": "/a/"}, "Many": [{"@odata.id": "/b"}, None, {"@odata.id": 3}]},
    "Null": {"Reading": None},
}
ONE = Resource("/r", BODY)


def test_looks_are_tolerant():
    assert (ONE.number("Power/Reading"), ONE.text("Status/Health")) == (12.5, "OK\ufffd[2J")
    assert (ONE.number("On"), ONE.number("Huge"), ONE.number("Status"), ONE.number("Rows/0/A")) == (None, None, None, 1)
    assert (ONE.text("On"), ONE.text("Rows"), ONE.text("Nowhere/At/All"), ONE.number("Rows/7/A")) == ("", "", "", None)
    assert (ONE.link("Links/One"), ONE.links("Links/Many"), ONE.link("Links/Many")) == ("/a", ("/b",), "")
    assert [item.number("A") for item in ONE.items("Rows")] == [1]
    assert ONE.texts("Rows") == ("x",)


def test_what_is_kept_is_what_was_asked_for_and_its_sensors():
    slim = ONE.kept(("Power/Reading", "Rows/0/A", "Missing/Reading", "Null/Reading"))
    assert slim.body.keys() == {"Power", "Rows", "Null"}
    assert (slim.sensor("Power/Reading"), slim.number("Rows/0/A")) == ("/s/1", 1)
    assert slim.body["Null"] == {"Reading": None}


def test_newer_values_leave_the_older_resource_alone():
    newer = ONE.kept(("Power/Reading",)).with_values({"Power/Reading": 13})
    assert (newer.number("Power/Reading"), ONE.number("Power/Reading")) == (13, 12.5)
    assert newer.sensor("Power/Reading") == "/s/1"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"<html>", b"\xff"])
def test_what_is_no_object_is_refused(body):
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        Resource.of("/r", body)
