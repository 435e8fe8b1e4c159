"""A healthy pod has no finding: of any size, with any seed, hour after hour under its normal load, end to end."""

import pytest

from backends.model.severity import Severity
from backends.simulator.server import ServeOptions, serve
from console.config import Config, PodConfig
from console.state.session import Session

PATIENCE_S = 60.0
STEPS_S = (0.0, 17.0, 613.0, 1_700.0, 1_700.0, 1_700.0, 1_700.0, 1_700.0)
"""Two and a half hours in odd steps: jobs come and go, and the pod breathes. None is longer than a session lives.
Of the largest pod, half of them: each takes seconds there."""


class HandClock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize(
    ("racks", "nodes", "gpus", "seed", "steps"),
    [(1, 1, 8, 1, 8), (1, 1, 1, 2, 8), (1, 2, 2, 3, 8), (2, 18, 4, 4, 8), (4, 18, 1, 5, 8), (8, 32, 1, 6, 4)],
)
async def test_a_healthy_pod_has_no_finding_for_hours(racks, nodes, gpus, seed, steps) -> None:
    clock = HandClock()
    options = ServeOptions(racks=racks, nodes=nodes, gpus=gpus, seed=seed, monotonic=clock)
    async with serve(options) as (pod,):
        end = pod.endpoints
        known = {end.pod: PodConfig(ssh=end.ssh, scheduler=end.scheduler, redfish=end.redfish)}
        async with Session(Config(pods=known)) as session:
            ran = set()
            for step_s in STEPS_S[:steps]:
                clock.now_s += step_s
                now = (await session.look(PATIENCE_S))[end.pod]
                assert [finding.title for finding in now.findings] == []
                assert not now.partial
                ran |= {job.id for job in now.jobs.values() if job.running}
            assert len(now.nodes) == racks * nodes
            assert {node.health for node in now.nodes.values()} == {Severity.OK}
            assert ran, "a pod that does nothing proves nothing"
