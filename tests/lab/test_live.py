"""A watched session against a real pod while its servers die and come back: facts age, nothing is blanked."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from backends.model.endpoint import SchedulerEndpoint
from backends.model.node import Service
from backends.model.source import SourceState
from console.config import Config, PodConfig
from console.state.session import Session

pytestmark = [pytest.mark.slurm, pytest.mark.sshd]

NODES, JOBS = "slurm.nodes", "slurm.jobs"


@asynccontextmanager
async def watched(pod):
    config = Config(pods={"lab": PodConfig(ssh=pod.ssh, scheduler=SchedulerEndpoint(interval_s=0.5), read_only=False)})
    async with Session(config) as session:
        watching = asyncio.create_task(session.watch())
        try:
            yield session
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def seen(session, question, within_s=20.0):
    async with asyncio.timeout(within_s):
        return (await session.store.until(lambda latest: question(latest["lab"])))["lab"]


async def test_a_submitted_job_shows_within_five_seconds(pod):
    async with watched(pod) as session:
        await seen(session, lambda now: now.sources[JOBS].trusted)
        job = pod.sbatch("--gres=gpu:4", "-w", "gpu004", "-J", "live")
        now = await seen(session, lambda now: job in now.jobs and now.jobs[job].running, 5.0)
        assert now.jobs[job].nodes == ("gpu004",)
        assert now.jobs[job].gpus == 4
        now = await seen(session, lambda now: now.nodes["gpu004"].service is Service.MIXED, 5.0)
        assert [held.id for held in now.jobs_on("gpu004")] == [job]


async def test_an_unchanged_node_is_the_same_object(pod):
    async with watched(pod) as session:
        first = await seen(session, lambda now: all(status.trusted for status in now.sources.values()))
        number = first.number + 4
        later = await seen(session, lambda now: now.number >= number)
        same = [name for name in first.nodes if later.nodes[name] is first.nodes[name]]
        assert len(same) == 16
        assert later.topology is first.topology


async def test_a_stopped_slurmctld_ages_facts_and_comes_back(pod):
    async with watched(pod) as session:
        before = await seen(session, lambda now: len(now.nodes) == 16 and now.sources[JOBS].trusted)
        pod.ctl("stop", "slurmctld")
        down = await seen(session, lambda now: now.sources[NODES].state is SourceState.FAILED)
        assert down.nodes.keys() == before.nodes.keys()
        assert all(down.stale(node.scheduler) for node in down.nodes.values())
        assert down.observed_at(down.nodes["gpu001"].scheduler) == down.sources[NODES].observed_at
        (finding,) = [
            found for found in down.findings if any("slurmctld" in line for line in (found.title, *found.evidence))
        ]
        # Which of its questions slurmctld leaves unanswered first is chance.
        assert finding.since == min(status.failing_since for status in down.sources.values() if status.failing_since)
        later = await seen(session, lambda now: now.number > down.number + 2)
        assert [found.since for found in later.findings if found.id == finding.id] == [finding.since]
        pod.ctl("start", "slurmctld")
        back = await seen(session, lambda now: now.sources[NODES].trusted and now.sources[JOBS].trusted, 40.0)
        assert not [found for found in back.findings if found.id == finding.id]
        assert not any(back.stale(node.scheduler) for node in back.nodes.values())


async def test_a_killed_sshd_is_one_line_and_comes_back(pod):
    async with watched(pod) as session:
        await seen(session, lambda now: len(now.nodes) == 16)
        pod.ctl("kill", "sshd")
        down = await seen(session, lambda now: not now.sources[NODES].trusted)
        assert len(down.nodes) == 16
        assert "\n" not in down.sources[NODES].error
        assert down.sources[NODES].error
        pod.ctl("start", "sshd")
        await seen(session, lambda now: now.sources[NODES].trusted, 60.0)


async def test_a_hung_slurmctld_turns_stale_without_a_word(pod):
    async with watched(pod) as session:
        await seen(session, lambda now: len(now.nodes) == 16)
        pod.ctl("pause", "slurmctld")
        quiet = await seen(session, lambda now: now.sources[NODES].state is not SourceState.OK, 30.0)
        assert len(quiet.nodes) == 16
        assert all(quiet.stale(node.scheduler) for node in quiet.nodes.values())
        pod.ctl("cont", "slurmctld")
        await seen(session, lambda now: now.sources[NODES].trusted, 60.0)
