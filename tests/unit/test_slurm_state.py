import pytest

from backends.model.node import Service
from backends.slurm import state


@pytest.mark.parametrize(
    ("text", "words", "service"),
    [
        ("IDLE", ("IDLE",), Service.IDLE),
        ("MIXED", ("MIXED",), Service.MIXED),
        ("ALLOCATED", ("ALLOCATED",), Service.ALLOCATED),
        ("MIXED+DRAIN", ("MIXED", "DRAIN"), Service.DRAINING),
        ("ALLOCATED+DRAIN", ("ALLOCATED", "DRAIN"), Service.DRAINING),
        ("IDLE+COMPLETING+DRAIN", ("IDLE", "COMPLETING", "DRAIN"), Service.DRAINING),
        ("IDLE+DRAIN", ("IDLE", "DRAIN"), Service.DRAINED),
        ("DRAIN+IDLE", ("IDLE", "DRAIN"), Service.DRAINED),
        ("DOWN+DRAIN", ("DOWN", "DRAIN"), Service.DOWN),
        ("DOWN*+DRAIN", ("DOWN", "NOT_RESPONDING", "DRAIN"), Service.DOWN),
        ("IDLE+FAIL", ("IDLE", "FAIL"), Service.FAILED),
        ("UNKNOWN+DRAIN+INVALID_REG", ("UNKNOWN", "DRAIN", "INVALID_REG"), Service.FAILED),
        ("UNKNOWN+DRAIN", ("UNKNOWN", "DRAIN"), Service.UNKNOWN),
        ("IDLE+MAINTENANCE+RESERVED", ("IDLE", "MAINTENANCE", "RESERVED"), Service.MAINTENANCE),
        ("IDLE+RESERVED+MAINTENANCE", ("IDLE", "RESERVED", "MAINTENANCE"), Service.MAINTENANCE),
        ("maint", ("MAINTENANCE",), Service.UNKNOWN),
        ("IDLE+RESERVED", ("IDLE", "RESERVED"), Service.RESERVED),
        ("MIXED+RESERVED", ("MIXED", "RESERVED"), Service.MIXED),
        ("MIXED+DRAIN+REBOOT_REQUESTED", ("MIXED", "DRAIN", "REBOOT_REQUESTED"), Service.DRAINING),
        ("IDLE+DRAIN+REBOOT_REQUESTED", ("IDLE", "DRAIN", "REBOOT_REQUESTED"), Service.DRAINED),
        ("DOWN+DRAIN+REBOOT_ISSUED", ("DOWN", "DRAIN", "REBOOT_ISSUED"), Service.REBOOTING),
        ("IDLE+CLOUD+POWERED_DOWN", ("IDLE", "CLOUD", "POWERED_DOWN"), Service.POWERED_DOWN),
        ("IDLE~", ("IDLE", "POWERED_DOWN"), Service.POWERED_DOWN),
        ("IDLE#", ("IDLE", "POWERING_UP"), Service.REBOOTING),
        ("IDLE%", ("IDLE", "POWERING_DOWN"), Service.POWERED_DOWN),
        ("MIXED$", ("MIXED", "MAINTENANCE"), Service.MAINTENANCE),
        ("MIXED@", ("MIXED", "REBOOT_REQUESTED"), Service.MIXED),
        ("IDLE^", ("IDLE", "REBOOT_ISSUED"), Service.REBOOTING),
        ("IDLE-", ("IDLE", "PLANNED"), Service.IDLE),
        ("IDLE*", ("IDLE", "NOT_RESPONDING"), Service.IDLE),
        ("ALLOCATED+COMPLETING", ("ALLOCATED", "COMPLETING"), Service.COMPLETING),
        ("MIXED+COMPLETING", ("MIXED", "COMPLETING"), Service.MIXED),
        ("UNKNOWN", ("UNKNOWN",), Service.UNKNOWN),
        ("FUTURE", ("FUTURE",), Service.UNKNOWN),
        ("", (), Service.UNKNOWN),
        ("IDLE+TELEPORTING", ("IDLE", "TELEPORTING"), Service.UNKNOWN),
        ("DOWN+TELEPORTING", ("DOWN", "TELEPORTING"), Service.DOWN),
        ("ID\x1bLE", ("IDLE",), Service.IDLE),
    ],
)
def test_a_compound_state_is_kept_whole_and_has_one_word(text, words, service):
    assert state.compound(text) == words
    assert state.service(words) is service


def test_a_silent_node_is_said_to_be_silent():
    assert not state.responding(state.compound("IDLE*"))
    assert not state.responding(("ALLOCATED", "NOT_RESPONDING"))
    assert state.responding(("IDLE",))
