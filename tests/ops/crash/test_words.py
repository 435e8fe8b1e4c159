"""Each word said to an operation is on the disk and its sayer is dead: who comes next hears it. One row for each sort
of plan: a short one, one in steps that cannot be taken back, a long one."""

import pytest

from console.exit import Exit
from console.operations.request import Options
from console.operations.result import Outcome

ONCE = ("ForceOff", "On")
PROVISION = {
    "verb": "provision",
    "options": Options(profile="disc"),
    "nodes": 1,
    "far": {"drain": 1, "insert": 1, "override": 1, "ForceOff": 1, "On": 1, "eject": 1, "resume": 1},
    "undone": False,
    "controllers": True,
    "speed": 60.0,
}
CYCLE = {
    "verb": "power",
    "options": Options(power="cycle"),
    "nodes": 1,
    "far": {"ForceOff": 1, "On": 1},
    "undone": False,
}
CORDON = {"verb": "cordon", "ready": ("job",), "nodes": 1, "far": {"drain": 1}}
KINDS = {
    "hold": (
        {"verb": "hold", "options": Options(ticket="OPS-1"), "nodes": 1, "far": {"drain": 1}},
        "hold",
        "as before",
    ),
    "power cycle": (CYCLE, "power-off", "stopped at power-on"),
    "provision": (PROVISION, "boot-from", "as before"),
}


@pytest.mark.parametrize(("site", "until", "left"), KINDS.values(), ids=KINDS, indirect=["site"])
async def test_paused_taken_up_cancelled_and_retried_it_comes_to_its_end_and_nothing_happens_twice(site, until, left):
    async with site.nodes() as names:
        operation = site.begin(names)
        await site.dies(operation, at="intended")
        asked = site.counts(names)
        await site.say("pause", operation)
        await site.dies(operation, noted=1)
        assert site.counts(names) == asked, "paused, it does nothing"
        await site.say("resume", operation)
        await site.say("adopt", operation)
        await site.dies(operation, at="ended", step=until)
        await site.say("cancel", operation)
        assert await site.carry(operation) == Exit.FAILED
        result = site.result(operation)
        assert (result.outcome, result.text) == (Outcome.CANCELLED, f"cancelled: test; {names[0]} {left}")
        await site.say("retry", operation)
        await site.dies(operation, at="applied")
        assert await site.carry(operation) == Exit.DONE
        (told,) = site.counts(names)
        assert {word: told[word] for word in told if word in ONCE} == {word: 1 for word in site.row.far if word in ONCE}
        assert set(told) - {"resume", "eject"} == set(site.row.far) - {"resume", "eject"}


@pytest.mark.parametrize("site", [CORDON], ids=["cordon"], indirect=True)
async def test_a_pod_that_turned_read_only_pauses_it_and_a_worker_that_dies_as_it_says_so_changes_nothing(site):
    async with site.nodes() as names:
        operation = site.begin(names)
        await site.dies(operation, at="intended")
        with site.configured(("read_only = false", "read_only = true")):
            await site.dies(operation, at="paused")
            assert await site.carry(operation) == Exit.REFUSED
            assert site.told(operation)[-2:] == ["paused", "paused"]
        assert await site.carry(operation, noted=1) != Exit.DONE, "a person's word lifts it, not the file alone"
        assert site.counts(names) == [{}]
        await site.say("resume", operation)
        assert await site.carry(operation) == Exit.DONE
        assert site.counts(names) == [site.row.far]
