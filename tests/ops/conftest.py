"""What tests of operations share: a small plan, and a journal on a clock turned by hand."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from console.operations import event as ev
from console.operations.journal import Journal
from console.operations.place import Place
from console.operations.plan import Blast, Plan
from console.operations.step import Do, Lane, Phase, Step

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


class Tell:
    """Events of a small drain, and who tells them."""

    ann = ev.Actor(user="ann", host="head", pid=1, origin="192.0.2.7")
    bob = ev.Actor(user="bob", host="head", pid=2)

    @staticmethod
    def plan(operation: str = "op-aaa111", nodes: tuple[str, ...] = ("n1", "n2"), **more: object) -> Plan:
        close = Step(id="close", do=Do.CLOSE, nodes=nodes, args={"reason": "leak"}, undo=Do.RESUME)
        empty = [Lane((Step(id=f"empty/{name}", do=Do.EMPTY, nodes=(name,), patience_s=600.0),)) for name in nodes]
        return Plan(
            operation=operation,
            verb="drain",
            targets=",".join(nodes),
            reason="leak",
            user="ann",
            phases=(Phase(name="close", lanes=(Lane((close,)),)), Phase(name="empty", lanes=tuple(empty))),
            blast=Blast(nodes=len(nodes), gpus=8 * len(nodes)),
            **{"pod": "alpha", "made_at": START, "expires_at": START + timedelta(minutes=5)} | more,
        )

    @staticmethod
    def begun(operation: str = "op-aaa111", nodes: tuple[str, ...] = ("n1", "n2"), **more: object) -> ev.Begun:
        plan = Tell.plan(operation, nodes, **more)
        return ev.Begun(plan=plan, config="", take=plan.follow)

    @staticmethod
    def closed(outcome: str = "done") -> ev.Closed:
        return ev.Closed(outcome=outcome, text="")


@pytest.fixture
def tell() -> type[Tell]:
    return Tell


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(journal=tmp_path / "state" / "journal.db")


@pytest.fixture
def open_journal(place, clock) -> Iterator[Callable[..., Journal]]:
    """Opens the one journal of the test, as ann or another, as often as wanted; closes them all."""
    opened: list[Journal] = []

    def open_one(who: ev.Actor = Tell.ann) -> Journal:
        opened.append(Journal.at(place, clock.now, who))
        return opened[-1]

    yield open_one
    for journal in opened:
        journal.close()


@pytest.fixture
def journal(open_journal) -> Journal:
    return open_journal()
