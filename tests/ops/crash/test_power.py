"""Power, killed at every event: what is asked of a controller cannot be taken back, and must not happen twice."""

import pytest

from console.operations.request import Options

FEW = 6
FAR = {
    "cycle": {"ForceOff": 1, "On": 1},
    "reset": {"ForceRestart": 1},
    "shut-down": {"GracefulShutdown": 1},
    "nmi": {"Nmi": 1},
}
ROWS = [
    {
        "verb": "power",
        "nodes": FEW,
        "options": Options(power=how),
        "far": far,
        "undone": False,
        "untold": how == "nmi",
        "later": len(far) > 1,
    }
    for how, far in FAR.items()
]


@pytest.mark.parametrize("site", ROWS, ids=FAR, indirect=True)
async def test_killed_at_any_event_it_goes_on_and_nothing_happens_twice(site):
    await site.matrix()
