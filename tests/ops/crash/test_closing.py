"""What closes nodes to new work and gives them back, killed at every event: the short kinds, by the scheduler alone."""

import pytest

from console.operations.request import Options

HOLDS = frozenset({"started", "intended", "held", "applied", "ended", "closed"})
RELEASES = frozenset({"started", "intended", "released", "applied", "ended", "closed"})
ROWS = {
    "cordon": {"verb": "cordon", "ready": ("job",), "far": {"drain": 1}},
    "resume": {"verb": "resume", "ready": ("drained",), "far": {"resume": 1}, "undone": False},
    "hold": {"verb": "hold", "options": Options(ticket="OPS-1"), "far": {"drain": 1}, "events": HOLDS},
    "release": {"verb": "release", "ready": ("held",), "far": {"drain": 1}, "events": RELEASES},
    "release back": {
        "verb": "release",
        "ready": ("held",),
        "options": Options(back=True),
        "far": {"resume": 1},
        "undone": False,
        "events": RELEASES,
    },
    "hold what is drained": {"verb": "hold", "ready": ("drained",), "far": {"drain": 1}, "events": HOLDS},
}


@pytest.mark.parametrize("site", ROWS.values(), ids=ROWS, indirect=True)
async def test_killed_at_any_event_it_goes_on_and_nothing_happens_twice(site):
    await site.matrix()
