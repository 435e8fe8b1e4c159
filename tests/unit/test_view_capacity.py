"""Where work fits: only what the scheduler would really give out is free, and what is not known is not made up."""

from msgspec.structs import replace

from backends.model.partition import Partition, Reservation
from backends.model.source import SourceState
from console.views import capacity

UP = {"source": "slurm.layout", "state": "UP"}


def pod(make, **more):
    nodes = [
        make.node("n1", scheduler=make.facts("MIXED", gpus_used=3)),
        make.node("n2", "IDLE"),
        make.node("n3", "IDLE"),
        make.node("n4", "IDLE+DRAIN"),
        make.node("n5", "DOWN"),
    ]
    partitions = {
        "batch": Partition(name="batch", nodes=("n1", "n2", "n3", "n4"), **UP),
        "debug": Partition(name="debug", nodes=("n5",), **UP),
    }
    return replace(make.snapshot(nodes, more.pop("jobs", ())), partitions=partitions, **more)


def said(snapshot):
    return [cell.text for cell in capacity.phrases(snapshot)]


def test_what_is_drained_down_or_reserved_is_not_free(make):
    snapshot = pod(make)
    assert capacity.room(snapshot, snapshot.nodes).free == ("n2", "n3")
    kept = Reservation(source="slurm.layout", name="maint", nodes=("n3",), active=True)
    assert capacity.room(replace(snapshot, reservations={"maint": kept}), snapshot.nodes).free == ("n2",)


def test_gpus_on_nodes_partly_held_are_told_apart(make):
    found = capacity.room(pod(make), ("n1", "n2"))
    assert (found.gpus_free, found.fragments) == (8 + 5, 5)


def test_the_biggest_gang_is_within_one_partition(make):
    assert said(pod(make))[:2] == ["free 2 nodes, 21 GPUs, 5 of them in parts", "biggest gang now 2 nodes in batch"]


def test_the_next_job_that_waits_says_what_it_wants_and_what_there_is(make):
    job = replace(
        make.job("8", (), "PENDING"), partition="batch", node_count=4, gpus=32, nodes=(), pending_reason="Resources"
    )
    other = replace(job, id="9", pending_reason="Priority")
    assert said(pod(make, jobs=[job, other]))[2] == (
        "next 8 wants 4 nodes, 32 GPUs, 2 free in batch: Resources; 1 behind it"
    )


def test_what_a_drain_takes_names_jobs_and_what_waits_with_them(make):
    job = make.job("7", ("n1", "n2"))
    facts = {fact.label: fact.value for fact in capacity.drain_takes(pod(make, jobs=[job]), ("n2", "n3")).facts}
    assert facts["jobs"] == "7"
    assert facts["gangs"] == "also run on n1"
    assert facts["gpus"].startswith("16 leave service")
    assert facts["room after"] == "0 free nodes, 5 GPUs"


def test_nothing_is_said_before_the_scheduler_has_spoken_and_old_words_are_dim(make):
    snapshot = pod(make)
    waiting = {"slurm.nodes": make.source("slurm.nodes", SourceState.PENDING)}
    assert said(replace(snapshot, sources=waiting)) == []
    failed = {"slurm.nodes": make.source("slurm.nodes", SourceState.FAILED)}
    assert {cell.style for cell in capacity.phrases(replace(snapshot, sources=failed))} == {"stale"}
