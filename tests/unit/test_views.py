from datetime import timedelta

import pytest
from msgspec.structs import replace

from backends.model.node import Gpu, Power
from backends.model.severity import Severity
from backends.model.source import SourceState
from console.insight.rules import findings as found
from console.views import findings, gpus, jobs, nodes, pods, racks
from console.views.cell import Cell

LATER_S = 252


@pytest.fixture
def now(make):
    return make.at + timedelta(seconds=LATER_S)


@pytest.fixture
def cells(now):
    """A view's rows as `{key: {column: cell}}`."""

    def table(view):
        return {row.key: dict(zip((c.key for c in view.columns), row.cells, strict=True)) for row in view.rows}

    return table


@pytest.mark.parametrize("module", [findings, gpus, jobs, nodes, racks])
def test_a_row_has_a_cell_for_each_column_and_rows_have_their_own_key(make, now, module):
    snapshot = make.snapshot([make.node("n1", "DOWN"), make.node("n2")], [make.job("7")])
    snapshot = make.snapshot(snapshot.nodes.values(), snapshot.jobs.values(), findings=found(snapshot))
    view = module.view(snapshot, now)
    assert view.rows
    assert {len(row.cells) for row in view.rows} == {len(view.columns)}
    assert len({row.key for row in view.rows}) == len(view.rows)
    assert any(column.priority == 0 for column in view.columns)


def test_a_row_is_kept_until_something_of_it_reads_otherwise(make, now):
    first, second = make.node("n1"), make.node("n2")
    known: nodes.Known = {}

    def row(**facts):
        snapshot = make.snapshot([first, second], facts.pop("jobs", ()), **facts)
        found = nodes.view(snapshot, now, known=known)
        assert found == nodes.view(snapshot, now), "what is kept is what would be made"
        return found.rows[0]

    bare = row()
    assert row() is bare
    busy = row(jobs=[make.job("7", ("n1",))])
    assert busy is not bare
    assert row(jobs=[make.job("7", ("n1",)), make.job("8", ("n2",))]) is busy
    first = make.node("n1", "DOWN")
    assert row().cells[1].text == "down"


def test_rounds_that_confirm_a_row_within_the_minute_of_its_ages_leave_it(make):
    node, known = make.node("n1"), nodes.Known()

    def row(seconds):
        snapshot = make.snapshot([node])
        observed_at = make.at + timedelta(seconds=seconds)
        sources = {name: replace(status, observed_at=observed_at) for name, status in snapshot.sources.items()}
        return nodes.view(replace(snapshot, sources=sources), make.at, known=known).rows[0]

    first = row(1)
    assert row(2) is first
    assert row(59) is first


def test_a_node_shows_each_sources_word(make, now, cells):
    hardware = make.hardware(power_w=5123.6, gpus=(Gpu(index=0, temp_c=50.0), Gpu(index=1, temp_c=71.0)))
    facts = make.facts("MIXED+DRAIN", reason=make.mark(), gpus_used=4, partitions=("batch", "long"))
    node = make.node("n1", scheduler=facts, hardware=hardware, group="r1")
    row = cells(nodes.view(make.snapshot([node], [make.job("7"), make.job("8")]), now))["n1"]
    said = {key: cell.text for key, cell in row.items()}
    assert said == {
        "node": "n1",
        "state": "draining",
        "gpus": "4/8",
        "jobs": "7,8",
        "health": "OK",
        "power": "On",
        "temp_c": "71",
        "power_w": "5124",
        "group": "r1",
        "partitions": "batch,long",
        "reason": "megapod:op-abc123 ann: leak",
        "seen": "4m12s",
    }
    assert row["state"].style == "draining"


def test_what_nobody_said_is_a_question_mark_and_never_healthy(make, now, cells):
    row = cells(nodes.view(make.snapshot([make.node("n1", None)]), now))["n1"]
    assert {key for key, cell in row.items() if cell.text == "?"} == {
        "state", "gpus", "health", "power", "temp_c", "power_w", "seen",
    }  # fmt: skip
    assert "ok" not in {cell.style for cell in row.values()}


def test_old_facts_are_drawn_old_each_source_for_itself(make, now, cells):
    node = make.node("n1", "MIXED", reason=make.mark(), hardware=make.hardware(power_w=1.0, temp_c=40.0))
    row = cells(nodes.view(make.snapshot([node], failed=("redfish",)), now))["n1"]
    old = {key for key, cell in row.items() if cell.style == "stale"}
    assert old == {"health", "power", "temp_c", "power_w", "seen"}
    row = cells(nodes.view(make.snapshot([node], failed=("slurm.nodes",)), now))["n1"]
    assert {"state", "gpus", "reason", "seen"} <= {key for key, cell in row.items() if cell.style == "stale"}
    assert row["health"].style == "ok"


def test_a_node_the_scheduler_doubts_has_a_star(make, now, cells):
    node = make.node("n1", scheduler=make.facts(responding=False))
    assert cells(nodes.view(make.snapshot([node]), now))["n1"]["state"].text == "idle*"


def test_chosen_nodes_come_in_the_order_they_were_named(make, now):
    snapshot = make.snapshot([make.node("n1"), make.node("n2"), make.node("n3")])
    assert [row.key for row in nodes.view(snapshot, now, ("n3", "n1")).rows] == ["n3", "n1"]


def test_a_job_shows_what_it_holds_and_how_long_it_may(make, now, cells):
    running = make.job(
        "7", ("n1", "n2"), gpus=16, started_at=make.at, ends_at=now + timedelta(hours=3, minutes=5), time_limit_s=9999
    )
    pending = make.job("8", (), "PENDING", gpus=8, node_count=1, pending_reason="Resources")
    endless = make.job("9", started_at=None)
    unsaid = make.job("10", time_limit_s=60)
    rows = cells(jobs.view(make.snapshot(jobs=[running, pending, endless, unsaid]), now))
    assert [rows["7"][key].text for key in ("ran", "left", "count", "gpus", "nodes", "why")] == [
        "4m", "3h05m", "2", "16", "n1,n2", "·",
    ]  # fmt: skip
    assert [rows["8"][key].text for key in ("ran", "left", "state", "why")] == ["·", "·", "pending", "Resources"]
    assert (rows["9"]["left"].text, rows["9"]["ran"].text) == ("∞", "?")
    assert rows["10"]["left"] == Cell("?", "unknown")


def test_an_empty_queue_and_one_nobody_has_seen_are_different(make, now):
    assert jobs.view(make.snapshot(), now).empty == "no job in the queue"
    waiting = make.snapshot(sources={"slurm.jobs": make.source("slurm.jobs", SourceState.PENDING)})
    assert jobs.view(waiting, now).empty == "no job is known yet"


def test_a_gpu_is_held_free_or_not_known_as_the_scheduler_said(make, now, cells):
    def holders(facts, *queue):
        node = make.node("n1", scheduler=facts)
        rows = cells(gpus.view(make.snapshot([node], queue), now))
        return [rows[f"n1/{index}"]["job"].text for index in range(3)]

    bound = make.job("7", gpu_indices={"n1": (0,)})
    counted = make.job("8")
    assert holders(make.facts("MIXED", gpus=3, gpus_used=1, gpu_indices_used=(0,)), bound) == ["7", "free", "free"]
    both = make.facts("MIXED", gpus=3, gpus_used=2, gpu_indices_used=(0, 2))
    assert holders(both, bound, counted) == ["7", "free", "held"]
    assert holders(make.facts("MIXED", gpus=3, gpus_used=1), counted) == ["?", "?", "?"]
    assert holders(make.facts(gpus=3)) == ["free", "free", "free"]


def test_a_gpu_the_scheduler_does_not_give_out_is_not_called_free(make, now, cells):
    seen = make.hardware(gpus=(Gpu(index=0),))
    for facts in (None, make.facts(gpus=0)):
        rows = cells(gpus.view(make.snapshot([make.node("n1", scheduler=facts, hardware=seen)]), now))
        assert rows["n1/0"]["job"].text == "?"


def test_gpus_nobody_has_readings_of_are_listed_as_unknown(make, now, cells):
    rows = cells(gpus.view(make.snapshot([make.node("n1")]), now))
    assert len(rows) == 8
    assert {rows["n1/0"][key].text for key in ("health", "temp_c", "power_w")} == {"?"}


def test_racks_sum_up_and_what_is_unplaced_comes_last(make, now, cells):
    warm = make.hardware(power_w=1000.0, health=Severity.WARNING)
    snapshot = make.snapshot(
        [
            make.node("n0"),
            make.node("n1", "MIXED+DRAIN", rack="r1", group="r1", hardware=warm),
            make.node("n2", "IDLE+DRAIN", rack="r1", group="r1"),
            make.node("n3", "DOWN", group="leaf1", hardware=make.hardware()),
        ]
    )
    view = racks.view(snapshot, now)
    assert [row.key for row in view.rows] == ["r1", "leaf1", "(no rack)"]
    rows = cells(view)
    assert [rows["r1"][key].text for key in ("kind", "nodes", "gpus", "draining", "drained", "health", "power_w")] == [
        "rack", "2", "16", "1", "1", "Warning", "1000+",
    ]  # fmt: skip
    assert [rows["leaf1"][key].text for key in ("kind", "down", "health", "power_w")] == ["switch", "1", "OK", "?"]
    assert rows["(no rack)"]["health"].text == "?"


def test_a_rack_is_as_old_as_the_oldest_word_in_it(make, now, cells):
    node = make.node("n1", "DOWN", group="r1", hardware=make.hardware(power_w=1.0))
    row = cells(racks.view(make.snapshot([node], failed=("redfish",)), now))["r1"]
    assert (row["health"].style, row["power_w"].style, row["down"].style) == ("stale", "stale", "down")
    row = cells(racks.view(make.snapshot([node], failed=("slurm.nodes",)), now))["r1"]
    assert (row["health"].style, row["down"].style) == ("ok", "stale")


def test_a_pod_before_its_first_answer_is_unknown_and_not_well(make, now, cells):
    waiting = {name: make.source(name, SourceState.PENDING) for name in ("slurm.nodes", "slurm.jobs", "redfish")}
    row = cells(pods.view([make.snapshot(sources=waiting)], now))["alpha"]
    assert [row[key].text for key in ("nodes", "up", "draining", "down", "gpus", "jobs", "findings", "seen")] == [
        "?"
    ] * 8
    assert row["sources"] == Cell("slurm pending, redfish pending", "unknown")


def test_a_pod_whose_scheduler_never_answered_has_no_queue_of_nought(make, now, cells):
    sources = {
        "slurm.nodes": make.source("slurm.nodes", SourceState.PENDING),
        "slurm.jobs": make.source("slurm.jobs", SourceState.FAILED, observed_at=None),
        "redfish": make.source("redfish"),
    }
    node = make.node("n1", None, hardware=make.hardware(gpus=(Gpu(index=0),)))
    row = cells(pods.view([make.snapshot([node], sources=sources)], now))["alpha"]
    assert [row[key].text for key in ("nodes", "down", "gpus", "jobs")] == ["1", "?", "?/1", "?"]


def test_a_pod_in_order(make, now, cells):
    nodes_ = [make.node("n1", scheduler=make.facts("MIXED", gpus_used=4)), make.node("n2", "IDLE+DRAIN")]
    queue = [make.job("7"), make.job("8", (), "PENDING")]
    snapshot = make.snapshot(nodes_, queue, requests_last_min=61, request_budget_per_min=240)
    row = cells(pods.view([snapshot], now))["alpha"]
    assert {key: cell.text for key, cell in row.items()} == {
        "pod": "alpha",
        "mode": "read-write",
        "nodes": "2",
        "up": "1",
        "draining": "1",
        "down": "·",
        "gpus": "4/16",
        "jobs": "1+1",
        "findings": "none",
        "power_kw": "?",
        "sources": "3 ok",
        "seen": "live",
        "requests": "61/240",
    }


def test_a_pod_names_the_sources_that_fail_and_counts_what_is_wrong(make, now, cells):
    sources = {
        "slurm.nodes": make.source("slurm.nodes", SourceState.DENIED),
        "redfish": make.source("redfish", partial=True),
    }
    snapshot = make.snapshot([make.node("n1")], sources=sources)
    row = cells(pods.view([make.snapshot([make.node("n1")], sources=sources, findings=found(snapshot))], now))["alpha"]
    assert row["sources"] == Cell("slurm.nodes denied, redfish partial", "warning")
    assert row["findings"] == Cell("1 critical, 1 warning", "critical")
    assert row["seen"].style == "stale"


def test_a_finding_shows_since_when_and_what_it_hits(make, now, cells):
    node = make.node("n1", "DOWN", hardware=make.hardware(power=Power.OFF))
    snapshot = make.snapshot([node], [make.job("7")])
    rows = cells(findings.view(make.snapshot([node], [make.job("7")], findings=found(snapshot)), now))
    row = rows["not-responding:n1"]
    assert [row[key].text for key in ("severity", "since", "nodes", "jobs", "advice")] == [
        "Critical", "4m", "n1", "1", "power it on",
    ]  # fmt: skip


def test_nothing_wrong_is_only_said_when_every_source_has_spoken(make, now):
    assert findings.view(make.snapshot(), now).empty == "nothing wrong that megapod can see"
    waiting = make.snapshot(sources={"redfish": make.source("redfish", SourceState.PENDING)})
    assert findings.view(waiting, now).empty == "nothing known yet"
