"""What an event's data says, however it is written."""

import json
from datetime import UTC, datetime

import pytest

from backends.model.severity import Severity
from backends.ports import Hint
from backends.redfish.hints import MOST, hints


def one(**record):
    (hint,) = hints(json.dumps({"Events": [record]}))
    return hint


def test_an_event_as_the_schema_has_it():
    said = one(
        EventId="7",
        MemberId="0",
        EventTimestamp="2026-03-01T03:00:00Z",
        MessageId="ResourceEvent.1.4.ResourceStatusChangedCritical",
        Message="The health of resource '/redfish/v1/Systems/1' has changed to Critical.",
        MessageSeverity="Critical",
        OriginOfCondition={"@odata.id": "/redfish/v1/Systems/1"},
    )
    assert said == Hint(
        origin="/redfish/v1/Systems/1",
        message="The health of resource '/redfish/v1/Systems/1' has changed to Critical.",
        message_id="ResourceEvent.1.4.ResourceStatusChangedCritical",
        severity=Severity.CRITICAL,
        at=datetime(2026, 3, 1, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("time", "at"),
    [
        ("2026-03-01T03:00:00-0600", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T03:00:00-06:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01T03:00:00", None),
        ("0000-00-00T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        ("", None),
        (17, None),
        (None, None),
    ],
)
def test_a_time_is_read_where_it_can_be_and_is_none_where_not(time, at):
    assert one(EventTimestamp=time, Message="x").at == at


@pytest.mark.parametrize(
    ("record", "origin"),
    [
        ({"OriginOfCondition": {"@odata.id": "/redfish/v1/Chassis/1/"}}, "/redfish/v1/Chassis/1"),
        ({"OriginOfCondition": "/redfish/v1/Chassis/1"}, "/redfish/v1/Chassis/1"),
        ({"OriginOfCondition": {}}, ""),
        ({"OriginOfCondition": None}, ""),
        ({"OriginOfCondition": [1]}, ""),
        ({}, ""),
    ],
)
def test_the_origin_may_be_a_link_a_string_or_missing(record, origin):
    assert one(MessageId="A.1.0.B", **record).origin == origin


@pytest.mark.parametrize(
    ("record", "severity"),
    [
        ({"MessageSeverity": "Warning"}, Severity.WARNING),
        ({"Severity": "OK"}, Severity.OK),
        ({"MessageSeverity": "critical", "Severity": "OK"}, Severity.CRITICAL),
        ({"Severity": "Fatal"}, Severity.UNKNOWN),
        ({"Severity": 3}, Severity.UNKNOWN),
        ({}, Severity.UNKNOWN),
    ],
)
def test_a_severity_nobody_knows_is_unknown(record, severity):
    assert one(Message="x", **record).severity is severity


def test_without_words_the_id_or_the_type_speaks():
    assert one(MessageId="A.1.0.B").message == "A.1.0.B"
    assert one(EventType="Alert").message == "Alert"
    assert one(MemberId="0").message == "an event without words"


def test_control_characters_of_a_controller_reach_nobody():
    said = one(Message="\x1b[2Jgone\u202e", OriginOfCondition="/a\nb")
    assert said.message == "\ufffd[2Jgone\ufffd"
    assert "\n" not in said.origin


@pytest.mark.parametrize("data", ['{"Events": [{"Mess', "<html>busy</html>", "[" * 200_000, "\ud800"])
def test_what_cannot_be_read_is_still_a_sign(data):
    assert hints(data) == (Hint(message="an event that cannot be read"),)


@pytest.mark.parametrize("data", ['{"Events": []}', '{"Events": null}', "[]", "17", '"text"', "[3]"])
def test_what_says_nothing_is_no_hint(data):
    assert hints(data) == ()


def test_a_record_may_come_without_the_event_around_it_and_several_as_a_list():
    assert [hint.message for hint in hints('{"Message": "a"}')] == ["a"]
    assert [hint.message for hint in hints('[{"Message": "a"}, null, {"Events": [{"Message": "b"}]}]')] == ["a", "b"]
    assert [hint.message for hint in hints('{"Id": "1"}')] == ["an event without a record"]


@pytest.mark.parametrize(
    "report", [{"MetricValues": [{"MetricValue": "1"}]}, {"@odata.type": "#MetricReport.v1_5_0.MetricReport"}]
)
def test_a_metric_report_means_no_change(report):
    assert hints(json.dumps(report)) == ()


def test_an_event_of_many_records_is_bounded():
    assert len(hints(json.dumps({"Events": [{"Message": "x"}] * 5000}))) == MOST
    assert len(hints(json.dumps([{"Events": [{"Message": "x"}] * 80}] * 5))) == MOST
