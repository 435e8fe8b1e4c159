import pytest

from backends.model.boot import NO_OVERRIDE, BootOverride, BootSource, BootStage, BootState, Lasting
from backends.model.node import Power
from backends.redfish.boot import boot_change, time_of
from backends.redfish.resource import Resource
from backends.redfish.write import etag_forms

PXE = BootOverride(source=BootSource.PXE, lasting=Lasting.ONCE)
HTTP = BootOverride(source=BootSource.UEFI_HTTP, lasting=Lasting.ONCE, http_uri="http://a/x")


@pytest.mark.parametrize(
    ("etag", "forms"),
    [
        ('"a"', ('"a"', "")),
        ('W/"a"', ('W/"a"', '"a"', "")),
        ('W/"a-gzip"', ('W/"a-gzip"', '"a"', "")),
        ('"a;gzip"', ('"a;gzip"', '"a"', "")),
        ("a", ("a", '"a"', "")),
        ("", ("", "*")),
        ('"a"\r\nX-Other: 1', ("", "*")),
        ('"é"', ("", "*")),
    ],
)
def test_forms_of_a_tag_and_no_header_of_anothers_making(etag, forms):
    assert etag_forms(etag) == forms


@pytest.mark.parametrize(
    ("now", "wanted", "does"),
    [
        (PXE, PXE, True),
        (BootOverride(source=BootSource.PXE, lasting=Lasting.CONTINUOUS), PXE, True),
        (BootOverride(source=BootSource.PXE, lasting=Lasting.DISABLED), PXE, False),
        (BootOverride(source=BootSource.NONE, lasting=Lasting.CONTINUOUS), NO_OVERRIDE, True),
        (PXE, NO_OVERRIDE, False),
        (HTTP, BootOverride(source=BootSource.UEFI_HTTP, lasting=Lasting.ONCE, http_uri="http://b/x"), False),
        (HTTP, HTTP, True),
    ],
)
def test_what_the_next_start_does(now, wanted, does):
    assert now.does(wanted) is does


def test_a_patch_is_always_whole():
    system = Resource("/s", {"Boot": {"BootSourceOverrideMode": "Legacy"}})
    assert boot_change(system, PXE, "bmc").body == {
        "Boot": {
            "BootSourceOverrideEnabled": "Once",
            "BootSourceOverrideTarget": "Pxe",
            "BootSourceOverrideMode": "UEFI",
        }
    }
    assert boot_change(system, NO_OVERRIDE, "bmc").body == {
        "Boot": {
            "BootSourceOverrideEnabled": "Disabled",
            "BootSourceOverrideTarget": "None",
            "BootSourceOverrideMode": "Legacy",
        }
    }
    assert "BootSourceOverrideMode" not in str(boot_change(Resource("/s", {"Boot": {}}), NO_OVERRIDE, "bmc").body)


@pytest.mark.parametrize("text", ["", "0000-00-00T00:00:00Z", "2026-11-24T01:02:03", "now", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_none(text):
    assert time_of(text) is None


def test_evidence_is_one_line_and_never_more_than_is_known():
    seen = BootState(power=Power.ON, stage=BootStage.OS_BOOT_STARTED, stage_at=time_of("2026-11-24T01:02:03+00:00"))
    assert seen.evidence == "On, OSBootStarted since 01:02:03Z"
    assert BootState().evidence == "Unknown"
    assert BootState(gpus=4, links=72).evidence == "Unknown, 4 GPUs, ?/72 links"
