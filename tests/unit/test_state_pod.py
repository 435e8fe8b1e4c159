from datetime import timedelta

import pytest

from backends.errors import AuthFailed, Malformed, Unreachable, Untrusted
from backends.model.node import Power
from backends.model.observation import HardwareInventory, SchedulerJobs, SchedulerLayout, SchedulerNodes
from backends.model.partition import Partition
from backends.model.plant import ComponentFacts
from backends.model.source import SourceState
from backends.model.topology import Component, Edge, Kind, Relation
from console.insight.rules import findings
from console.state.budget import Budget
from console.state.observation import Observation
from console.state.pod import PodWriter, first_snapshot

SOURCES = {"slurm.nodes": 2.0, "slurm.jobs": 2.0, "slurm.layout": 60.0, "redfish": 10.0}


@pytest.fixture
def budget(clock):
    return Budget(100, clock)


@pytest.fixture
def writer(clock, budget):
    first = first_snapshot("alpha", clock.now(), read_only=False, sources=SOURCES, budget=budget)
    return PodWriter(first, racks={"r1": ("n1",)}, budget=budget, insight=findings)


@pytest.fixture
def tell(clock, writer):
    """Hands the writer one round of a source, asked now."""

    def observe(source, payload=None, error=None, took_s=0.0):
        return writer.observe(
            Observation(
                source=source,
                at=clock.now(),
                took_s=took_s,
                requests=1,
                interval_s=SOURCES[source],
                payload=payload,
                error=error,
            )
        )

    return observe


def rack(name, *systems):
    """A rack's component and its edges to systems."""
    return (
        (Component(id=f"rack:{name}", kind=Kind.RACK, name=name, source="redfish"),),
        tuple(Edge(f"rack:{name}", f"node:{system}", Relation.CONTAINS) for system in systems),
    )


async def test_the_same_facts_again_are_confirmed_and_judged_no_second_time(clock, make, tell, writer):
    tell("slurm.jobs", SchedulerJobs({"7": make.job("7")}))
    first = tell("slurm.nodes", SchedulerNodes({"n1": make.facts("DOWN")}))
    judged = []
    writer._insight = lambda snapshot: judged.append(snapshot) or findings(snapshot)
    await clock.advance(2)
    again = tell("slurm.nodes", SchedulerNodes({"n1": make.facts("DOWN")}), took_s=0.5)
    assert not judged
    assert again.number == first.number + 1
    assert again.at == clock.now() + timedelta(seconds=0.5)
    assert again.observed_at(again.nodes["n1"].scheduler) == clock.now()
    assert again.nodes is first.nodes
    assert again.findings is first.findings
    assert first.findings


async def test_the_same_facts_after_a_silence_are_judged_anew(clock, make, tell):
    nodes = SchedulerNodes({"n1": make.facts()})
    tell("slurm.nodes", nodes)
    await clock.advance(2)
    failed = tell("slurm.nodes", error=Unreachable("no answer", where="head"))
    assert [finding.rule for finding in failed.findings] == ["source-silent"]
    await clock.advance(2)
    assert tell("slurm.nodes", nodes).findings == ()


async def test_snapshots_are_numbered_and_what_did_not_change_is_the_same_object(clock, make, tell):
    first = tell("slurm.nodes", SchedulerNodes({"n1": make.facts(), "n2": make.facts()}))
    jobs = tell("slurm.jobs", SchedulerJobs({"7": make.job("7")}))
    await clock.advance(2)
    again = tell("slurm.nodes", SchedulerNodes({"n1": make.facts(), "n2": make.facts("MIXED")}))
    same = tell("slurm.jobs", SchedulerJobs({"7": make.job("7")}))
    assert [snapshot.number for snapshot in (first, jobs, again, same)] == [1, 2, 3, 4]
    assert again.nodes["n1"] is first.nodes["n1"]
    assert again.nodes["n2"] is not first.nodes["n2"]
    assert same.jobs["7"] is jobs.jobs["7"]
    assert same.topology is jobs.topology


async def test_a_job_that_starts_makes_a_new_topology(make, tell):
    tell("slurm.nodes", SchedulerNodes({"n1": make.facts()}))
    before = tell("slurm.jobs", SchedulerJobs({"7": make.job("7", (), "PENDING")}))
    after = tell("slurm.jobs", SchedulerJobs({"7": make.job("7", ("n1",))}))
    assert after.topology is not before.topology
    assert after.topology.upstream("node:n1", Relation.RUNS) == ["job:7"]


async def test_what_a_round_does_not_touch_is_not_put_together_again(clock, make, tell):
    def inventory(**facts):
        return HardwareInventory({"n1.pod": make.hardware("n1.pod")}, *rack("r9", "n1.pod"), facts=facts)

    tell("slurm.nodes", SchedulerNodes({"n1": make.facts()}))
    cold = ComponentFacts(source="redfish", detail="cold")
    seen = tell("redfish", inventory(**{"rack:r9": cold}))
    assert seen.nodes["n1"].rack == "r9", "the system is the node of its first label"
    await clock.advance(2)
    told = tell("slurm.nodes", SchedulerNodes({"n1": make.facts("MIXED")}))
    assert told.topology is seen.topology
    assert told.components is seen.components
    assert told.conditions is seen.conditions
    warm = ComponentFacts(source="redfish", detail="warm")
    read = tell("redfish", inventory(**{"rack:r9": warm}))
    assert read.topology is seen.topology, "the same things told once more, with another reading"
    assert read.components["rack:r9"] is warm
    grown = tell("slurm.nodes", SchedulerNodes({"n1": make.facts(), "n2": make.facts()}))
    assert "node:n2" in grown.topology.components
    assert grown.nodes["n1"].rack == "r9"


async def test_a_failed_source_ages_its_facts_and_deletes_nothing(clock, make, tell):
    seen = tell("slurm.nodes", SchedulerNodes({"n1": make.facts()}))
    await clock.advance(2)
    failed = tell("slurm.nodes", error=Unreachable("refused", where="head"))
    await clock.advance(2)
    failed = tell("slurm.nodes", error=Unreachable("refused", where="head"))
    status = failed.sources["slurm.nodes"]
    assert failed.nodes["n1"] is seen.nodes["n1"]
    assert failed.stale(failed.nodes["n1"].scheduler)
    assert (status.state, status.observed_at) == (SourceState.FAILED, seen.at)
    assert status.failing_since == make.at + timedelta(seconds=2), "the first failure, not the last"
    assert status.error == "head: refused"
    await clock.advance(2)
    back = tell("slurm.nodes", SchedulerNodes({"n1": make.facts()}))
    status = back.sources["slurm.nodes"]
    assert (status.state, status.failing_since, status.error) == (SourceState.OK, None, "")


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Unreachable("x"), SourceState.FAILED),
        (Malformed("x"), SourceState.FAILED),
        (AuthFailed("x"), SourceState.DENIED),
        (Untrusted("x"), SourceState.DENIED),
    ],
)
async def test_a_refusal_and_a_failure_are_different_words(tell, error, state):
    assert tell("redfish", error=error).sources["redfish"].state is state


async def test_a_node_the_scheduler_dropped_is_gone_when_it_answers_in_full(make, tell):
    tell("slurm.nodes", SchedulerNodes({"n1": make.facts(), "n2": make.facts()}))
    assert list(tell("slurm.nodes", SchedulerNodes({"n1": make.facts()})).nodes) == ["n1"]


async def test_a_partial_answer_keeps_what_it_is_silent_about_and_says_since_when(clock, make, tell):
    full = tell("redfish", HardwareInventory({"n1": make.hardware("n1"), "n2": make.hardware("n2")}, *rack("r9", "n2")))
    for _ in range(2):
        await clock.advance(10)
        partial = tell("redfish", HardwareInventory({"n1": make.hardware("n1")}, errors=("Systems/n2: 503", "x: 503")))
    silent = partial.nodes["n2"].hardware
    assert silent.missing_since == make.at
    assert silent.power is Power.ON
    assert partial.stale(silent)
    assert partial.observed_at(silent) == make.at
    assert not partial.stale(partial.nodes["n1"].hardware)
    assert partial.nodes["n1"] is full.nodes["n1"]
    assert partial.nodes["n2"].rack == "r9", "the rack around it is kept too"
    assert partial.sources["redfish"].partial
    assert partial.sources["redfish"].error == "Systems/n2: 503 (and 1 more)"
    await clock.advance(10)
    whole = tell("redfish", HardwareInventory({"n1": make.hardware("n1"), "n2": make.hardware("n2")}))
    assert whole.nodes["n2"].hardware.missing_since is None
    assert not whole.sources["redfish"].partial


async def test_a_full_answer_without_a_system_drops_it(make, tell):
    tell("redfish", HardwareInventory({"n1": make.hardware("n1"), "n2": make.hardware("n2")}))
    assert list(tell("redfish", HardwareInventory({"n1": make.hardware("n1")})).nodes) == ["n1"]


async def test_a_source_that_goes_quiet_is_stale_after_three_intervals(clock, make, tell, writer):
    tell("slurm.nodes", SchedulerNodes({"n1": make.facts()}))
    await clock.advance(6)
    assert writer.age(clock.now()) is None
    await clock.advance(0.1)
    aged = writer.age(clock.now())
    assert aged.sources["slurm.nodes"].state is SourceState.STALE
    assert aged.sources["slurm.nodes"].failing_since == make.at
    assert aged.stale(aged.nodes["n1"].scheduler)
    assert "source-silent:slurm.nodes" in {finding.id for finding in aged.findings}
    assert writer.age(clock.now()) is None, "told once"


async def test_a_source_that_takes_long_is_given_that_time(clock, tell, writer):
    slow = tell("slurm.nodes", SchedulerNodes({}), took_s=5.0)
    assert slow.sources["slurm.nodes"].state is SourceState.SLOW
    await clock.advance(10)
    assert writer.age(clock.now()) is None
    await clock.advance(1.5)
    assert writer.age(clock.now()) is not None


async def test_the_time_of_a_pod_never_goes_back(clock, make, tell, writer):
    asked_at = clock.now()
    await clock.advance(8)
    jobs = tell("slurm.jobs", SchedulerJobs({}))
    slow = writer.observe(
        Observation(
            source="redfish",
            at=asked_at,
            took_s=10.0,
            requests=1,
            interval_s=10.0,
            payload=HardwareInventory({"n1": make.hardware("n1")}),
        )
    )
    assert slow.at == asked_at + timedelta(seconds=10) > jobs.at
    assert slow.observed_at(slow.nodes["n1"].hardware) == asked_at, "but facts are as old as the question"


async def test_systems_and_their_racks_take_the_schedulers_names(make, tell):
    tell("slurm.nodes", SchedulerNodes({"n5": make.facts()}))
    joined = tell("redfish", HardwareInventory({"n5.pod.example": make.hardware()}, *rack("r4", "n5.pod.example")))
    assert list(joined.nodes) == ["n5"]
    assert joined.nodes["n5"].rack == joined.nodes["n5"].group == "r4"
    assert joined.topology.upstream("node:n5") == ["rack:r4", "pod:alpha"]
    assert "node:n5.pod.example" not in joined.topology.components


async def test_racks_of_the_config_and_switches_of_the_layout_place_nodes(make, tell):
    tell("slurm.nodes", SchedulerNodes({"n1": make.facts(), "n2": make.facts()}))
    leaf = Component(id="switch:s1", kind=Kind.SWITCH, name="s1", source="slurm.layout")
    batch = Partition(source="slurm.layout", name="batch", state="UP", nodes=("n1",))
    layout = SchedulerLayout(
        {"batch": batch}, {}, (leaf,), (Edge("switch:s1", "node:n2", Relation.CONNECTS),), "prod", "24.11.0"
    )
    placed = tell("slurm.layout", layout)
    assert (placed.nodes["n1"].rack, placed.nodes["n1"].group) == ("r1", "r1")
    assert (placed.nodes["n2"].rack, placed.nodes["n2"].group) == ("", "s1")
    assert (placed.cluster, placed.scheduler_version) == ("prod", "24.11.0")
    assert placed.partitions == {"batch": batch}


async def test_facts_carry_the_name_of_the_source_that_brought_them(make, clock, budget):
    sources = {"redfish.1": 10.0, "redfish.2": 10.0}
    first = first_snapshot("alpha", clock.now(), read_only=True, sources=sources, budget=budget)
    writer = PodWriter(first, racks={}, budget=budget, insight=findings)
    for source, name in (("redfish.1", "a"), ("redfish.2", "b")):
        snapshot = writer.observe(
            Observation(
                source=source,
                at=clock.now(),
                took_s=0.0,
                requests=3,
                interval_s=10.0,
                payload=HardwareInventory({name: make.hardware(name)}),
            )
        )
    assert {name: node.hardware.source for name, node in snapshot.nodes.items()} == {"a": "redfish.1", "b": "redfish.2"}


async def test_what_the_pod_was_asked_for_is_in_the_snapshot(tell, budget):
    budget.charge(42)
    snapshot = tell("slurm.nodes", SchedulerNodes({}))
    assert (snapshot.requests_last_min, snapshot.request_budget_per_min) == (42, 100)
