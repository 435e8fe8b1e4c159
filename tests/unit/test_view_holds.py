"""A held node is drawn as held, by whom and until when; a hold that has expired is only the reason it was."""

from datetime import timedelta

import pytest

from console.operations.hold import text_of
from console.views import node_facts, nodes


@pytest.fixture
def held(make):
    def snapshot(until):
        mark = make.mark("ann", text_of("dimm", "OPS-1", until))
        return make.snapshot([make.node("n1", "IDLE+DRAIN", reason=mark)])

    return snapshot


def facts(sections):
    return {fact.label: fact.value for section in sections for fact in section.facts}


def reason(snapshot, now):
    view = nodes.view(snapshot, now)
    return dict(zip((column.key for column in view.columns), view.rows[0].cells, strict=True))["reason"].text


def test_a_standing_hold_is_said_in_words(make, held):
    snapshot = held(make.at + timedelta(days=1))
    said = "held by ann [OPS-1]: dimm, until 2026-03-02 03:00Z"
    assert reason(snapshot, make.at) == said
    for sections in (node_facts.whole(snapshot, "n1", make.at), node_facts.brief(snapshot, "n1", make.at)):
        assert facts(sections)["hold"] == said
        assert "megapod:op-abc123 ann: hold" in facts(sections)["reason"]


def test_an_expired_hold_is_none(make, held):
    snapshot = held(make.at)
    assert reason(snapshot, make.at).startswith("megapod:op-abc123 ann: hold until")
    assert "hold" not in facts(node_facts.whole(snapshot, "n1", make.at))
