from datetime import UTC, datetime
from pathlib import Path

import pytest

from backends.errors import Malformed
from backends.model.node import Service
from backends.model.topology import Edge, Relation
from backends.slurm import fields
from backends.slurm.detail import Held, held_from_list, parse_detail, parse_details
from backends.slurm.jobs import parse_queue, parse_requests, queue_format, request_format
from backends.slurm.layout import parse_partitions, parse_reservations, parse_topology
from backends.slurm.nodes import parse_nodes

SAMPLES = Path(__file__).with_name("samples") / "slurm"
VERSIONS = ["22.05", "24.11", "26.05"]


def sample(name):
    return (SAMPLES / name).read_text()


@pytest.mark.parametrize("version", VERSIONS)
def test_nodes_of_every_version(version):
    nodes = parse_nodes(sample(f"scontrol-o-nodes-{version}.txt")).nodes
    assert len(nodes) == 16
    drained = nodes["gpu009"]
    assert drained.service is Service.DRAINING
    assert (drained.reason.text, drained.reason.by) == ("GPU 3 ECC dbe", "root")
    assert drained.reason.at.year == 2026
    assert drained.reason.at.tzinfo is UTC
    assert nodes["gpu001"].version.startswith(version)
    assert (nodes["gpu001"].gpus, nodes["gpu001"].gpu_model, nodes["gpu001"].features) == (8, "h100", ("h100",))
    services = {node.service for node in nodes.values()}
    assert services == {
        *(Service.IDLE, Service.MIXED, Service.MAINTENANCE, Service.DRAINING, Service.DRAINED, Service.DOWN),
    }


def test_a_reason_is_dropped_where_the_node_is_in_service_again():
    line = "NodeName=a State=IDLE Reason=old [root@2026-11-23T19:25:34]"
    assert parse_nodes(line).nodes["a"].reason is None


def test_a_reason_can_state_nothing_else():
    line = "NodeName=a State=IDLE+DRAIN Reason=x State=IDLE Gres=gpu:99 [y] z\x1b[2J [eve@2026-11-23T19:25:34]"
    node = parse_nodes(line).nodes["a"]
    assert node.service is Service.DRAINED
    assert node.gpus == 0
    assert node.reason.text == "x State=IDLE Gres=gpu:99 [y] z\ufffd[2J"
    assert node.reason.by == "eve"


@pytest.mark.parametrize("text", ["<html>", "NodeName=a CPUTot=3", "NodeName=a State=IDLE BootTime=yesterday"])
def test_what_is_not_a_list_of_nodes_is_malformed(text):
    with pytest.raises(Malformed):
        parse_nodes(text)


@pytest.mark.parametrize("version", VERSIONS)
def test_partitions_and_reservations_of_every_version(version):
    partitions = parse_partitions(sample(f"scontrol-o-partitions-{version}.txt"))
    assert {name: (part.state, len(part.nodes), part.default) for name, part in partitions.items()} == {
        "batch": ("UP", 16, True),
        "debug": ("UP", 4, False),
    }
    reservation = parse_reservations(sample(f"scontrol-o-res-{version}.txt"))["maint1"]
    assert (reservation.nodes, reservation.active, reservation.users) == (("gpu013", "gpu014"), True, "root")
    assert reservation.flags == ("MAINT", "IGNORE_JOBS", "SPEC_NODES")
    assert (reservation.ends_at - reservation.starts_at).total_seconds() == 3600
    assert parse_reservations("No reservations in the system\n") == {}


def test_switches_link_to_their_own_and_blocks_contain():
    components, edges = parse_topology(sample("topology-22.05.txt"))
    assert len(components) == 5
    assert len(edges) == 20
    assert Edge("switch:spine", "switch:leaf1", Relation.CONNECTS) in edges
    _, edges = parse_topology("BlockName=rack1 BlockIndex=0 Nodes=a[1-2] BlockSize=2\n")
    assert edges == (
        Edge("block:rack1", "node:a1", Relation.CONTAINS),
        Edge("block:rack1", "node:a2", Relation.CONTAINS),
    )


@pytest.mark.parametrize(
    ("text", "count", "model"),
    [
        ("gpu:h100:8(S:0-1)", 8, "h100"),
        ("gpu:8", 8, ""),
        ("gres:gpu:h100:2", 2, "h100"),
        ("gres/gpu:4", 4, ""),
        ("gres/gpu:h100", 1, "h100"),
        ("gres/gpu", 1, ""),
        ("gpu:h100:4(IDX:0-3),gpu:a100:2(IDX:4,6),shard:99", 6, "h100"),
        ("cpu=4,mem=1G,gres/gpu=4,gres/gpu:h100=4", 4, "h100"),
        ("cpu=8", 0, ""),
        ("gpumem:5", 0, ""),
        ("N/A", 0, ""),
        ("", 0, ""),
    ],
)
def test_gpu_counts(text, count, model):
    assert fields.gpus(text) == count
    assert fields.gpu_model(text) == model


def test_gpu_indices():
    assert fields.gpu_indices("gpu:h100:4(IDX:0-2,5),gpu:a100:1(IDX:7)") == (0, 1, 2, 5, 7)
    assert fields.gpu_indices("gpu:h100:0(IDX:N/A)") == ()
    assert fields.gpu_indices("mps:100(IDX:3)") == ()
    with pytest.raises(Malformed):
        fields.gpu_indices("gpu:1(IDX:0-999999999)")


def test_times_and_durations():
    assert fields.instant("2026-11-23T19:25:34") == datetime(2026, 11, 23, 19, 25, 34, tzinfo=UTC)
    assert fields.instant("N/A") is None
    assert fields.duration_s("1-02:03:04") == 93784
    assert fields.duration_s("30:00") == 1800
    assert fields.duration_s("UNLIMITED") is None
    assert fields.names("gpu[001-003],x") == ("gpu001", "gpu002", "gpu003", "x")
    assert fields.folded(fields.names("r[1-2]-n[01-03]")) == "r[1-2]-n[01-03]"
    with pytest.raises(Malformed):
        fields.names("gpu[001-")


ROW = {
    "%i": "7",
    "%A": "7",
    "%u": "eve",
    "%a": "(null)",
    "%P": "batch",
    "%T": "RUNNING",
    "%D": "2",
    "%C": "4",
    "%b": "gres/gpu:h100:2",
    "%V": "2026-11-23T19:25:34",
    "%S": "2026-11-23T19:25:35",
    "%e": "NONE",
    "%l": "UNLIMITED",
    "%r": "None",
    "%N": "gpu[001-002]",
}


def record(nonce, name, **changed):
    text = queue_format(nonce)
    for code, value in {**ROW, "%j": name, **changed}.items():
        text = text.replace(code, value)
    return f"{text}\n"


def test_a_queue_is_read_and_a_name_stays_in_its_cell():
    forged = record("guess", "x")
    evil = f"a|b\n{forged}<guess>\x1b[31m[red]"
    jobs, raw = parse_queue(record("n1", evil) + record("n1", "good", **{"%i": "8_[1-3%2]", "%A": "8"}), "n1")
    assert set(jobs.jobs) == {"7", "8_[1-3%2]"}
    assert raw == {"7": "7", "8_[1-3%2]": "8"}
    job = jobs.jobs["7"]
    assert (job.gpus, job.nodes, job.account, job.pending_reason) == (4, ("gpu001", "gpu002"), "", "")
    assert job.name.startswith("a|b\ufffd<guess>")
    assert "\x1b" not in job.name
    assert jobs.jobs["8_[1-3%2]"].name == "good"
    assert parse_queue("", "n1")[0].jobs == {}


def test_a_job_that_has_not_changed_is_the_same_object_whatever_the_nonce():
    before = parse_queue(record("n1", "same") + record("n1", "was", **{"%i": "8"}), "n1")[0].jobs
    after = parse_queue(record("n2", "same") + record("n2", "is", **{"%i": "8"}), "n2")[0].jobs
    assert after["7"] is before["7"]
    assert (before["8"].name, after["8"].name) == ("was", "is")


@pytest.mark.parametrize("text", ["error\n", "<n1>7|n1|7\n", "x<n1>"])
def test_what_is_not_a_queue_is_malformed(text):
    with pytest.raises(Malformed):
        parse_queue(text, "n1")


def test_requests_by_job_task_and_socket():
    def row(*cells):
        return "".join(f"{cell}|n1|" for cell in cells) + "\n"

    assert request_format("n1").startswith("JobID:|n1|,")
    text = row("1", "2", "2", "cpu=2", "gres:gpu:6", "N/A", "N/A") + row("2", "1", "3", "", "N/A", "gres/gpu:1", "N/A")
    text += row("3", "2", "2", "cpu=2,gres/gpu=5", "N/A", "N/A", "gres/gpu:1")
    assert parse_requests(text, "n1") == {"1": 6, "2": 3, "3": 5}


TRUE = (
    "JOB_GRES=gpu:h100:4   Nodes=a1 CPU_IDs=1 Mem=100 GRES=gpu:h100:2(IDX:4-5)"
    "   Nodes=a2 CPU_IDs=0 Mem=1 GRES=gpu:2(IDX:0,7) X"
)


def test_detail_is_believed_when_it_tells_of_the_jobs_nodes_once_each():
    assert parse_detail(TRUE, ("a1", "a2")) == Held(4, {"a1": (4, 5), "a2": (0, 7)})
    folded = "Nodes=a[1-2] CPU_IDs=0 Mem=0 GRES=gpu:h100:8(IDX:0-7) "
    assert parse_detail(folded, ("a1", "a2")).gpus == 16


@pytest.mark.parametrize(
    "forgery",
    [
        "Nodes=a1 CPU_IDs=0 Mem=1 GRES=gpu:8(IDX:0-7)",
        "Nodes=a3 CPU_IDs=0 Mem=1 GRES=gpu:8(IDX:0-7)",
        "Nodes=a1\nCPU_IDs=0",
        "(IDX:3)",
        "Nodes=[ CPU_IDs=0 Mem=1 GRES=gpu:8(IDX:0-7)",
    ],
)
def test_detail_with_a_forgery_in_it_is_not_known(forgery):
    for text in (f"JobName={forgery} {TRUE}", f"{TRUE} Comment={forgery}"):
        assert parse_detail(text, ("a1", "a2")) == Held()


def test_details_of_all_jobs_are_read_for_those_that_are_wanted():
    text = f"JobId=7 JobName=a {TRUE}\nJobId=8 JobName=b {TRUE}\nJobId=9 JobName=c Nodes=a3 CPU_IDs=0 Mem=1 GRES=\n"
    both = ("a1", "a2")
    assert parse_details(text, {"7": both, "9": ("a4",), "10": both}) == {"7": parse_detail(TRUE, both)}
    assert parse_details("No jobs in the system\n", {"7": both}) == {}


def test_a_line_break_in_a_name_tells_nothing_of_another_job():
    forged = f"JobId=7 JobName=x\nJobId=8 {TRUE.replace('IDX:4-5', 'IDX:0-1')}\n"
    text = f"{forged}JobId=8 JobName=b {TRUE}\n"
    assert parse_details(text, {"7": ("a1", "a2"), "8": ("a1", "a2")}) == {}


def test_detail_of_other_nodes_or_fewer_indices_than_gpus_is_not_known():
    assert parse_detail(TRUE, ("a1",)) == Held()
    assert parse_detail(TRUE, ("a1", "a2", "a3")) == Held()
    assert held_from_list(["gpu:2"], ("a1",)) == Held(2, {})
    assert held_from_list(["gpu:2(IDX:0-1)"], ("a1", "a2")) == Held()
