import copy
import pickle
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.model.node import Power, Service
from backends.model.reason import Mark, Reason
from backends.model.secret import Secret
from backends.model.severity import Severity, worst
from backends.model.source import SourceState
from console.operations.identity import new_operation


def test_the_worst_severity_is_never_healthier_than_what_is_known():
    assert worst() is Severity.UNKNOWN
    assert worst(Severity.OK, Severity.UNKNOWN) is Severity.UNKNOWN
    assert worst(Severity.OK, Severity.OK) is Severity.OK
    assert worst(Severity.UNKNOWN, Severity.WARNING) is Severity.WARNING
    assert worst(Severity.WARNING, Severity.CRITICAL, Severity.OK) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("state", "nodes", "running"),
    [
        ("RUNNING", ("n1",), True),
        ("SUSPENDED", ("n1",), True),
        ("RUNNING+CONFIGURING", ("n1",), True),
        ("COMPLETING", ("n1",), True),
        ("CANCELLED+COMPLETING", ("n1",), True),
        ("CANCELLED", ("n1",), False),
        ("NODE_FAIL", ("n1",), False),
        ("PENDING", (), False),
        ("RUNNING", (), False),
    ],
)
def test_a_job_holds_nodes_until_its_epilog_is_done(make, state, nodes, running):
    assert make.job("7", nodes, state).running is running


def test_a_node_no_source_speaks_of_is_unknown_in_every_way(make):
    node = make.node("n1", None)
    assert (node.service, node.power, node.health) == (Service.UNKNOWN, Power.UNKNOWN, Severity.UNKNOWN)
    assert node.gpu_count == 0


@given(st.from_regex(r"[^\s:]{1,20}", fullmatch=True), st.text(max_size=80))
def test_a_mark_is_read_back_as_it_was_written(user, text):
    mark = Mark(new_operation(), user, text)
    assert Mark.parse(str(mark)) == mark


@pytest.mark.parametrize(
    "reason", ["Not responding", "megapod is great", "megapod:op-1 ann leak", "", " megapod:op-1 a: b"]
)
def test_a_reason_without_our_mark_is_somebody_elses(reason):
    assert Reason(reason).mark is None


def test_a_mark_whose_text_was_cut_off_is_still_ours():
    assert Mark.parse("megapod:op-1 ann:") == Mark("op-1", "ann", "")


def test_jobs_are_found_by_every_node_they_hold(make):
    gang = make.job("7", ("n1", "n2"))
    done = make.job("8", ("n1",), "COMPLETED")
    snapshot = make.snapshot([make.node("n1"), make.node("n2")], [gang, done])
    assert snapshot.jobs_on("n1") == snapshot.jobs_on("n2") == (gang,)
    assert snapshot.jobs_on("n3") == ()


@pytest.mark.parametrize(
    ("state", "stale"),
    [
        (SourceState.OK, False),
        (SourceState.SLOW, False),
        (SourceState.STALE, True),
        (SourceState.FAILED, True),
        (SourceState.DENIED, True),
        (SourceState.PENDING, True),
    ],
)
def test_facts_are_as_trusted_as_their_source(make, state, stale):
    facts = make.facts()
    snapshot = make.snapshot(sources={"slurm.nodes": make.source("slurm.nodes", state)})
    assert snapshot.stale(facts) is stale
    assert snapshot.partial is stale


def test_facts_gone_missing_are_stale_although_their_source_answers(make):
    facts = make.hardware(missing_since=make.at - timedelta(minutes=1))
    snapshot = make.snapshot()
    assert snapshot.stale(facts)
    assert snapshot.observed_at(facts) == make.at - timedelta(minutes=1)


def test_facts_of_a_source_nobody_knows_are_stale(make):
    snapshot = make.snapshot(sources={})
    assert snapshot.stale(make.facts())
    assert snapshot.observed_at(make.facts()) is None


def test_a_secret_is_shown_nowhere():
    secret = Secret("hunter2")
    assert secret.reveal() == "hunter2"
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>20}", "%s" % secret, repr([secret])):  # noqa: UP031
        assert "hunter2" not in shown
    for leak in (pickle.dumps, copy.copy, copy.deepcopy, msgspec.json.encode):
        with pytest.raises(TypeError):
            leak(secret)
    with pytest.raises(TypeError):
        vars(secret)
    assert secret
    assert not Secret("")
