"""A disk that is full under a worker: it stops before an effect it could not write down, and goes on with room again.

A real one, small enough to be filled: where this machine lets nobody mount it, that is skipped.
"""

import asyncio
import subprocess

import pytest

from console.exit import Exit
from console.operations import event as ev
from console.operations.journal import Journal
from console.operations.place import Place
from console.operations.request import Options
from console.operations.result import Outcome
from console.state.clock import SystemClock

TURNS = {
    "verb": "drain",
    "ready": ("job",),
    "options": Options(mode="requeue"),
    "nodes": 4,
    "width": 4,
    "far": {"drain": 1, "requeue": 1},
}
CYCLE = {
    "verb": "power",
    "options": Options(power="cycle"),
    "nodes": 2,
    "width": 2,
    "far": {"ForceOff": 1, "On": 1},
    "undone": False,
}
STEP = {"drain": "close", "requeue": "requeue", "ForceOff": "power-off", "On": "power-on"}
ROWS = {"drain": (TURNS, "close"), "power": (CYCLE, "power-off")}


@pytest.fixture
def disk(tmp_path):
    """A folder on a disk of its own, of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder):
    """Leave no room at all."""
    ballast = folder / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return ballast


def intended(site, operation):
    """The steps that were about to have their effect, without their nodes."""
    events = (entry.event for entry in site.journal.entries(operation))
    return {event.step.partition("/")[0] for event in events if isinstance(event, ev.Intended)}


@pytest.mark.parametrize(("site", "until"), ROWS.values(), ids=ROWS, indirect=["site"])
async def test_full_it_stops_before_an_effect_it_could_not_write_down_and_goes_on_when_there_is_room(
    site, until, disk, tmp_path
):
    site.journal.close()
    site.place = Place(journal=disk / "journal.db")
    site.journal = Journal.at(site.place, SystemClock().now)
    site.log = tmp_path / "worker.log"
    async with site.nodes() as names:
        operation = site.begin(names)
        worker = asyncio.create_task(site.carry(operation))
        while until not in intended(site, operation):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
        ballast = fill(disk)
        code = await worker
        assert code == Exit.FAILED
        (said,) = site.log.read_text().splitlines()
        assert "no room left on the disk; nothing was written" in said
        told = intended(site, operation)
        assert all(STEP[word] in told for asked in site.counts(names) for word in asked), "each effect is written down"
        assert "closed" not in site.told(operation)
        ballast.unlink()
        assert await site.carry(operation) == Exit.DONE
        assert site.result(operation).outcome is Outcome.DONE
        assert site.counts(names) == [site.row.far] * len(names)
