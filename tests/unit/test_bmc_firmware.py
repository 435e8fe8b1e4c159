"""What a provisioning makes of the firmware a controller tells before the start: right, another, or not known."""

import pytest

from backends.model.boot import BootState
from console.operations.deeds.boot import Firmware
from console.operations.deeds.deed import Seen

BOTH = {"bios": "2.1", "bmc": "25.06"}
CASES = {
    "as it must be": ("2.1", "25.06", Seen.SO, "BIOS 2.1, BMC 25.06"),
    "another BMC": ("2.1", "24.01", Seen.BAD, "BMC 24.01, not 25.06: update it first"),
    "both are others": ("2.0", "24.01", Seen.BAD, "BIOS 2.0, not 2.1, BMC 24.01, not 25.06: update it first"),
    "no word of the BMC's": (
        "2.1",
        "",
        Seen.UNKNOWN,
        "its controller does not say which BMC it has (25.06 wanted)",
    ),
    "no word of the BMC's, another BIOS": ("2.0", "", Seen.BAD, "BIOS 2.0, not 2.1: update it first"),
}


@pytest.mark.parametrize(("bios", "bmc", "seen", "text"), CASES.values(), ids=CASES)
def test_what_is_not_told_is_not_known_and_never_passed(bios, bmc, seen, text):
    sight = Firmware()._sight(BootState(bios_version=bios, bmc_version=bmc), BOTH)
    assert (sight.seen, sight.text) == (seen, text)
