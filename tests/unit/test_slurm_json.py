from pathlib import Path

import msgspec
import pytest

from backends.errors import Malformed, Unreachable
from backends.model.node import Service
from backends.slurm.json_jobs import decode_held, decode_jobs
from backends.slurm.json_nodes import decode_nodes
from backends.slurm.nodes import parse_nodes

SAMPLES = Path(__file__).with_name("samples") / "slurm"
VERSIONS = ["22.05", "24.11", "26.05"]


@pytest.mark.parametrize("version", VERSIONS)
def test_nodes_say_the_same_in_json_and_in_text(version):
    text = parse_nodes((SAMPLES / f"scontrol-o-nodes-{version}.txt").read_text()).nodes
    found = decode_nodes((SAMPLES / f"nodes-{version}.json").read_bytes()).nodes
    assert len(found) == 10
    assert found["gpu009"].service is Service.DRAINING
    assert (found["gpu009"].gpus_used, found["gpu009"].gpu_indices_used) == (4, (0, 1, 2, 3))
    for name, node in found.items():
        said = text[name]
        assert (set(node.state), node.service) == (set(said.state), said.service)
        for field in ("reason", "partitions", "address", "cpus", "memory_mb", "gpus", "features", "version", "boot_at"):
            assert getattr(node, field) == getattr(said, field), (name, field)


@pytest.mark.parametrize("version", VERSIONS)
def test_jobs_of_every_version(version):
    data = (SAMPLES / f"jobs-{version}.json").read_bytes()
    jobs = decode_jobs(data).jobs
    gang = jobs["1"]
    assert (gang.name, gang.state, gang.gpus, gang.node_set) == ("train-a", ("RUNNING",), 32, "gpu[001-004]")
    assert gang.gpu_indices == {f"gpu00{number}": tuple(range(8)) for number in range(1, 5)}
    assert gang.time_limit_s is None
    assert gang.ends_at is None
    assert jobs["3_0"].time_limit_s == 1800
    assert jobs["3_0"].gpus == 2
    waiting = [job for job in jobs.values() if job.state == ("PENDING",)]
    assert {job.name for job in waiting} >= {"held", "bigpend"}
    assert all(job.started_at is None and job.gpu_indices == {} for job in waiting)
    assert next(job for job in waiting if job.name == "bigpend").gpus == 128


def test_the_gpus_of_one_job_are_believed_only_for_its_present_nodes():
    data = msgspec.json.decode((SAMPLES / "jobs-24.11.json").read_bytes())
    data["jobs"] = [job for job in data["jobs"] if job["job_id"] == 2]
    one = msgspec.json.encode(data)
    assert decode_held(one, ("gpu009",)).indices == {"gpu009": (0, 1, 2, 3)}
    assert decode_held(one, ("gpu010",)).gpus is None


@pytest.mark.parametrize("decode", [decode_nodes, decode_jobs])
@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"{}", b"[]", b'{"nodes": [{"name": 3}], "jobs": [{}]}', b'{"nodes": [']
)
def test_what_is_not_slurms_json_is_malformed(decode, data):
    with pytest.raises(Malformed):
        decode(data)


@pytest.mark.parametrize("decode", [decode_nodes, decode_jobs])
def test_an_empty_answer_with_errors_is_no_empty_cluster(decode):
    # Slurm 22.05 with slurmctld down: status 0, nothing on stderr, and this.
    data = b'{"errors": [{"error": "Unspecified error"}], "nodes": [], "jobs": []}'
    with pytest.raises(Unreachable, match="Unspecified error"):
        decode(data)
