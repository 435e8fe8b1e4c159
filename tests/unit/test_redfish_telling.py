"""What reports tell of a resource: flags, lists and groups, and that what is told in part is not told."""

from datetime import UTC, datetime, timedelta

import pytest

from backends.redfish.concern import Concern
from backends.redfish.reports import Reports, each
from backends.redfish.resource import Resource
from backends.redfish.telling import Telling

AT = datetime(2026, 3, 1, tzinfo=UTC)
GPU = "/redfish/v1/Systems/n1/Processors/GPU_0"


def telling(values, at=AT, now_s=0.0):
    reports = Reports()
    rows = [
        {"MetricProperty": f"{GPU}#/{pointer}", "MetricValue": value, "Timestamp": at.isoformat()}
        for pointer, value in values.items()
    ]
    reports.take("/report", dict(each(Resource("/report", {"MetricValues": rows}))), 0.0)
    return Telling(reports, now_s)


@pytest.mark.parametrize(
    ("said", "told"), [("true", True), ("False", False), (True, True), ("maybe", None), ("1", None)]
)
def test_a_flag_is_one_only_where_it_reads_like_one(said, told):
    one = Resource(GPU, {"Throttled": False})
    found = telling({"Throttled": said}).values(one, ("Throttled",))
    assert found == (None if told is None else {"Throttled": told})


@pytest.mark.parametrize(
    ("before", "reported", "told"),
    [
        ([], {"Throttled": "false"}, []),
        (["PowerLimit"], {"Throttled": "false"}, []),
        ([], {"Throttled": "true", "ThrottleCauses/0": "ThermalLimit"}, ["ThermalLimit"]),
        (["A", "B"], {"Throttled": "true", "ThrottleCauses/0": "A"}, ["A"]),
        (["A"], {"Throttled": "true"}, None),
        ([], {"ThrottleCauses/1": "B"}, None),
        ([], {}, None),
    ],
)
def test_a_list_is_empty_where_its_flag_says_so_and_its_items_otherwise(before, reported, told):
    one = Resource(GPU, {"Throttled": bool(before), "ThrottleCauses": before})
    found = telling(reported).values(one, ("ThrottleCauses",))
    assert found == (None if told is None else {"ThrottleCauses": told})


def test_a_list_without_a_flag_may_grow_but_not_shrink():
    one = Resource(GPU, {"Words": ["a", "b"]})
    assert telling({"Words/0": "x"}).values(one, ("Words",)) is None
    more = telling({"Words/0": "x", "Words/1": "y", "Words/2": "z"}).values(one, ("Words",))
    assert more == {"Words": ["x", "y", "z"]}


def test_of_a_redundancy_group_its_status_is_told_and_its_members_stay():
    group = {"MinNeededInGroup": 1, "RedundancyGroup": [{"@odata.id": "/p1"}], "Status": {"Health": "OK"}}
    one = Resource(GPU, {"PumpRedundancy": [group]})
    found = telling({"PumpRedundancy/0/Status/Health": "Warning"}).values(one, ("PumpRedundancy",))
    assert found == {"PumpRedundancy": [{**group, "Status": {"Health": "Warning"}}]}
    assert one.look("PumpRedundancy/0/Status/Health") == "OK"
    assert telling({"PumpRedundancy/0/MinNeededInGroup": "1"}).values(one, ("PumpRedundancy",)) is None


def test_what_is_told_in_part_or_too_early_is_not_told():
    one = Resource(GPU, {"A": 1, "B": 2})
    told = telling({"A": "5", "B": "6"})
    assert told.values(one, ("A", "B")) == {"A": "5", "B": "6"}
    assert told.values(one, ("A", "B"), AT - timedelta(seconds=1)) == {"A": "5", "B": "6"}
    assert told.values(one, ("A", "B"), AT) is None
    assert telling({"A": "5"}).values(one, ("A", "B")) is None
    assert telling({"A": "5", "B": "6"}, now_s=91.0).values(one, ("A", "B")) is None


def test_a_report_covers_a_group_only_with_all_of_its_status():
    one = Resource(GPU, {"G": [{"Status": {"State": "Enabled", "Health": "OK"}}]})
    assert telling({"G/0/Status/Health": "OK"}).covering(one, "G") == frozenset()
    assert telling({"G/0/Status/Health": "OK", "G/0/Status/State": "Enabled"}).covering(one, "G") == {"/report"}


def test_a_condition_concerns_its_origin_what_is_below_and_what_it_is_part_of():
    concern = Concern({GPU: AT}, {})
    above = GPU.rpartition("/")[0]
    for path in (GPU, f"{GPU}/EnvironmentMetrics", above, "/redfish/v1/Systems/n1"):
        assert concern.since(path, slow=False) == AT
    for path in (f"{GPU}1", f"{above}/GPU_1", "/redfish/v1/Systems/n2"):
        assert concern.since(path, slow=False) is None


def test_the_newest_condition_counts_and_one_without_a_time_most_of_all():
    later = AT + timedelta(seconds=9)
    assert Concern({GPU: later, f"{GPU}/Ports/1": AT}, {}).since(GPU, slow=False) == later
    since = Concern({GPU: AT, f"{GPU}/Ports/1": None}, {}).since(GPU, slow=False)
    assert since is not None
    assert since > later


def test_what_is_slow_is_concerned_once_and_what_was_mended_is_said_once():
    standing = Concern({GPU: AT}, {GPU: AT})
    assert standing.since(GPU, slow=False) == AT
    assert standing.since(GPU, slow=True) is None
    assert Concern({GPU: AT}, {GPU: None}).since(GPU, slow=True) == AT
    assert not standing.was(GPU)
    assert Concern({}, {GPU: AT}).was(f"{GPU}/EnvironmentMetrics")
    assert not Concern({}, {}).was(GPU)
