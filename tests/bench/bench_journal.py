"""What the journal costs at 100,000 events, and whether start-up grows with history.

    python tests/bench/bench_journal.py [--events 100000] [--rounds 11]

Appends are timed one by one, each on the disk. Whole commands run in turn with an empty and a full journal: `ops list`,
`ops list --all`, and `get nodes` of a small simulated pod. Then what a worker keeps in memory. Prints medians and
ratios; asserts nothing.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alternate import compare

from backends.transport.child import Child
from console.operations import event as ev
from console.operations.identity import actor
from console.operations.journal import Journal
from console.operations.journal_codec import kind_of, to_text, to_us
from console.operations.operation import fold
from console.operations.place import Place
from console.operations.plan import Blast, Plan
from console.operations.result import Outcome
from console.operations.step import Do, Lane, Phase, Step

MEGAPOD = [sys.executable, "-m", "console"]
START = datetime(2026, 3, 1, tzinfo=UTC)
NODES = ("n1", "n2")
APPENDS = 300


def life(operation: str) -> Iterator[ev.Event]:
    """The sixteen events of a small drain, from its beginning to its end."""
    close = Step(
        id="close", do=Do.CLOSE, nodes=NODES, args={"reason": f"megapod:{operation} ann: leak"}, undo=Do.RESUME
    )
    lanes = tuple(Lane((Step(id=f"empty/{name}", do=Do.EMPTY, nodes=(name,)),)) for name in NODES)
    phases = (Phase(name="close", lanes=(Lane((close,)),)), Phase(name="empty", lanes=lanes))
    plan = Plan(
        operation=operation,
        verb="drain",
        pod="alpha",
        targets="n[1-2]",
        reason="leak",
        user="ann",
        phases=phases,
        blast=Blast(nodes=2, gpus=16),
        made_at=START,
        expires_at=START + timedelta(minutes=5),
    )
    yield ev.Begun(plan=plan, config="", take=NODES)
    yield ev.Started()
    yield ev.Intended(step="close", nodes=NODES)
    yield ev.Applied(step="close", nodes=NODES)
    yield ev.Ended(step="close", ends=tuple(ev.NodeEnd(name, Outcome.DONE, "closed to new work") for name in NODES))
    for number in range(4):
        for name in NODES:
            yield ev.Noted(step=f"empty/{name}", texts={name: f"draining; job {number} runs"})
    for name in NODES:
        yield ev.Ended(step=f"empty/{name}", ends=(ev.NodeEnd(name, Outcome.DONE, "drained"),))
    yield ev.Closed(outcome=Outcome.DONE, text="")


def fill(place: Place, events: int) -> None:
    """A history of operations that have ended, in one transaction: 100,000 fsyncs would take minutes."""
    journal, who, told = Journal.at(place, lambda: START), to_text(actor()), 0
    with journal._writing() as connection:
        while told < events:
            operation = f"op-{told:06d}"
            for event in life(operation):
                told += 1
                at_us = to_us(START + timedelta(seconds=told))
                connection.execute(
                    "INSERT INTO events (at_us, operation, kind, actor, event) VALUES (?, ?, ?, ?, ?)",
                    (at_us, operation, kind_of(event), who, to_text(event)),
                )
    journal.close()


def median_ms(work: Callable[[], object], times: int) -> float:
    """The median of so many runs, in milliseconds."""
    taken: list[float] = []
    for _ in range(times):
        began_s = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began_s)
    return statistics.median(taken) * 1000


def calls(name: str, place: Place) -> None:
    """Single calls on an open journal."""
    journal = Journal.at(place, lambda: datetime.now(UTC))
    journal.begin("op-open00", next(life("op-open00")))  # type: ignore[arg-type] - the first of a life is its beginning
    event = ev.Noted(step="empty/n1", texts={"n1": "draining; job 7 runs"})
    append = median_ms(lambda: journal.append("op-open00", event), APPENDS)
    opened = median_ms(lambda: Journal.at(place, lambda: START).close(), 20)
    print(
        f"{name:<18} open {opened:6.2f} ms   append {append:6.2f} ms   "
        f"open operations {median_ms(journal.open_operations, 20):6.2f} ms   "
        f"latest 20 {median_ms(lambda: journal.recent(20), 20):6.2f} ms   "
        f"holds {median_ms(lambda: journal.holds('alpha'), 50):5.2f} ms"
    )
    journal.append("op-open00", ev.Closed(outcome=Outcome.DONE, text=""))
    journal.close()


def folds(events: int) -> None:
    """One operation with that many events: what its worker folds when it takes it up."""
    first, *rest = life("op-long00")
    told = (first, *(rest[1 + number % (len(rest) - 2)] for number in range(events - 1)))
    entries = [
        ev.Entry(seq=seq, at=START, operation="op-long00", actor=actor(), event=event)
        for seq, event in enumerate(told, 1)
    ]
    print(f"fold of one operation's {events:,} events: {median_ms(lambda: fold(entries), 3):.0f} ms")


def commands(folder: Path, empty: Place, full: Place, rounds: int) -> None:
    """Whole processes, the full journal and the empty one in turn."""
    for words in (("ops", "list"), ("ops", "list", "--all")):
        full_words = [*MEGAPOD, *words, "--journal", str(full.journal)]
        empty_words = [*MEGAPOD, *words, "--journal", str(empty.journal)]
        compare(f"{' '.join(words)}, full", full_words, "the same, empty", empty_words, rounds=rounds)
    served = folder / "pod.toml"
    simulate = ("simulate", "--racks=1", "--nodes=4", "--gpus=1", f"--write-config={served}", "--exit-with-parent")
    with Child([*MEGAPOD, *simulate], name="the simulated pod") as pod:
        pod.ready(60.0)
        get: list[list[str]] = []
        for name, place in (("full", full), ("empty", empty)):
            config = folder / f"{name}.toml"
            config.write_text(f"journal = {json.dumps(str(place.journal))}\n{served.read_text()}")
            config.chmod(0o600)
            get.append([*MEGAPOD, "get", "nodes", "--config", str(config)])
        compare("get nodes, full", get[0], "the same, empty", get[1], rounds=rounds)
        worker(folder / "empty.toml")


def worker(config: Path) -> None:
    """The memory of a worker that waits for a job, by the kernel's account."""

    def megapod(*words: str) -> str:
        argv = [*MEGAPOD, *words, "--config", str(config)]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    jobs = json.loads(megapod("get", "jobs", "-o", "json"))["items"]
    node = next(job["nodes"][0] for job in jobs if job["running"])
    operation = json.loads(megapod("drain", node, "--reason", "bench", "--yes", "-o", "json"))["operation"]
    (item,) = json.loads(megapod("ops", "list", "-o", "json"))["items"]
    status = Path(f"/proc/{item['carrier']['pid']}/status").read_text()
    memory = dict(line.split(":", 1) for line in status.splitlines())
    resident_mb = int(memory["VmRSS"].split()[0]) / 1024
    print(f"a worker that waits: {resident_mb:.0f} MB resident, {memory['Threads'].strip()} threads")
    megapod("ops", "cancel", operation, "--reason", "measured")
    subprocess.run([*MEGAPOD, "ops", "watch", operation, "--config", str(config)], check=False, capture_output=True)


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=11)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty, full = (Place(journal=folder / kind / "journal.db") for kind in ("empty", "full"))
        fill(empty, 0)
        fill(full, arguments.events)
        print(f"{arguments.events:,} events: {os.path.getsize(full.journal) / 1e6:.0f} MB")  # noqa: PTH202 - one number
        calls("empty journal", empty)
        calls(f"{arguments.events:,} events", full)
        folds(arguments.events)
        commands(folder, empty, full, arguments.rounds)


if __name__ == "__main__":
    main()
