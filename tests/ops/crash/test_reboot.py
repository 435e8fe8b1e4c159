"""The operator's host goes down and comes up again: what is left is files, and one of them was being written."""

import asyncio
import json
import os

import msgspec
import pytest

from console.exit import Exit
from console.operations.identity import actor
from console.operations.journal import Journal
from console.operations.journal_error import Leased
from console.operations.lock import Holder, carried
from console.operations.result import Outcome
from console.state.clock import SystemClock

CORDON = {"verb": "cordon", "ready": ("job",), "nodes": 2, "far": {"drain": 1}}


def reboot(site, operation):
    """Nothing runs any more; the last write is torn, what was shared in memory is not, and numbers are used again."""
    site.journal.close()
    journal = site.place.journal
    with journal.with_name(f"{journal.name}-wal").open("ab") as file:
        file.write(os.urandom(2000))
    journal.with_name(f"{journal.name}-shm").write_bytes(os.urandom(32768))
    lock = site.place.running / f"{operation}.lock"
    assert lock.exists(), "a worker that is killed takes nothing away"
    lock.write_bytes(msgspec.json.encode(Holder(actor(), SystemClock().now())))  # our own number: it lives
    site.journal = Journal.at(site.place, SystemClock().now)


@pytest.mark.parametrize("site", [CORDON], ids=["cordon"], indirect=True)
async def test_what_was_under_way_is_interrupted_keeps_its_nodes_and_is_carried_on_by_who_adopts_it(site, capfd):
    async with site.nodes() as names:
        operation = site.begin(names)
        await site.dies(operation, after=3)
        told = site.told(operation)
        kept = [entry.seq for entry in site.journal.audit()]
        site.journal._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        site.journal.append(operation, site.journal.entries(operation)[-1].event)  # in the log alone
        reboot(site, operation)
        assert [entry.seq for entry in site.journal.audit()][: len(kept)] == kept
        assert site.told(operation) == [*told, told[-1]]
        assert carried(site.place, operation) is None, "the number in the file is that of another process by now"
        with pytest.raises(Leased, match=f"taken by {operation} of .*`megapod ops adopt {operation}`|ops watch"):
            site.begin(names)
        log = site.place.journal.with_name("list.log")
        words = ("--journal", str(site.place.journal), "-o", "jsonl")
        assert await site.forkers.run("ops", "list", *words, log=log) == Exit.DONE
        (listed,) = [json.loads(line) for line in log.read_text().splitlines()]
        assert (listed["id"], listed["state"]) == (operation, "interrupted")
        assert await site.forkers.run("ops", "adopt", operation, *words[:2], log=log) == Exit.DONE
        async with asyncio.timeout(30.0):
            while not site.journal.operation(operation).ended:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)
        assert site.result(operation).outcome is Outcome.DONE
        assert site.counts(names) == [site.row.far]
        assert site.journal.open_ids() == (), "its nodes are free"
