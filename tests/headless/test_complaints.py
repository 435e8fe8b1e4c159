"""What a source does not tell is said once, and once more when it answers again."""

import pytest

from backends.model.source import SourceState
from console.headless.complaints import Complaints


@pytest.fixture
def heard(make, capsys):
    """What a complaint about the nodes' source says, state after state."""
    complaints = Complaints("slurm")

    def look(state, **how):
        sources = {"slurm.nodes": make.source("slurm.nodes", state, error="down"), "redfish": make.source("redfish")}
        complaints.look(make.snapshot(sources=sources), **how)
        return capsys.readouterr().err

    return look


def test_each_change_is_said_once(heard):
    assert [heard(state) for state in (SourceState.OK, SourceState.FAILED, SourceState.FAILED, SourceState.OK)] == [
        "",
        "megapod: alpha: slurm.nodes failed: down\n",
        "",
        "megapod: alpha: slurm.nodes answers again\n",
    ]


def test_who_has_not_answered_yet_is_named_at_the_end_alone(heard):
    assert heard(SourceState.PENDING) == ""
    assert heard(SourceState.PENDING, pending=True) == "megapod: alpha: slurm.nodes pending: down\n"


def test_sources_that_do_not_matter_are_not_spoken_of(make, capsys):
    Complaints("redfish").look(make.snapshot(failed=("slurm.nodes",)))
    assert capsys.readouterr().err == ""
