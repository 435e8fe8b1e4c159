"""The journal: what is written stays, is read as it was written, and says at once what is open, leased and held."""

import sqlite3
from datetime import UTC, timedelta
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from console.operations import event as ev
from console.operations import journal_schema
from console.operations.journal import PAGE, Journal
from console.operations.journal_codec import entry, kind_of, to_text, to_us
from console.operations.journal_error import BegunAlready, JournalError, Leased
from console.operations.journal_schema import APPLICATION_ID, MIGRATIONS, VERSION, _statements
from console.operations.operation import State, fold
from console.operations.result import Outcome

KINDS = [kind.cls for kind in inspect.type_info(ev.Event).types]
LEAVES = {
    inspect.StrType: st.text(max_size=8),
    inspect.IntType: st.integers(0, 2**40),
    inspect.FloatType: st.floats(0, 1e9, allow_nan=False),
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
    inspect.DateTimeType: st.datetimes(timezones=st.just(UTC)),
}


def values_of(kind):
    """Any value of a type of the model, by what msgspec knows of it."""
    match kind:
        case inspect.EnumType():
            return st.sampled_from(list(kind.cls))
        case inspect.UnionType():
            return st.one_of([values_of(one) for one in kind.types])
        case inspect.VarTupleType():
            return st.lists(values_of(kind.item_type), max_size=2).map(tuple)
        case inspect.DictType():
            return st.dictionaries(values_of(kind.key_type), values_of(kind.value_type), max_size=2)
        case inspect.StructType():
            return st.builds(kind.cls, **{field.name: values_of(field.type) for field in kind.fields})
    return LEAVES[type(kind)]


EVENTS = st.one_of([values_of(inspect.type_info(kind)) for kind in KINDS if kind is not ev.Unread])


@given(EVENTS, values_of(inspect.type_info(ev.Actor)), st.datetimes(timezones=st.just(UTC)))
def test_every_event_is_read_as_it_was_written(event, actor, at):
    read = entry((7, to_us(at), "op-1", kind_of(event), to_text(actor), to_text(event)))
    assert read == ev.Entry(seq=7, at=at, operation="op-1", actor=actor, event=event)
    assert type(read.event) is type(event)


def test_an_entry_from_the_file_is_the_one_that_append_gave(journal, tell, clock):
    told = [journal.append("op-aaa111", tell.begun()), journal.append("op-other", ev.Started())]
    clock.elapsed_s = 0.123456
    told.append(journal.append("op-aaa111", ev.Noted(step="empty/n1", texts={"n1": "冷却水 \u202e"})))
    assert journal.entries("op-aaa111") == [told[0], told[2]]
    assert journal.entries("op-aaa111", after=told[0].seq) == [told[2]]
    assert [one.seq for one in told] == sorted({one.seq for one in told})


def test_state_is_the_fold_of_the_events(journal, tell, clock):
    journal.begin("op-aaa111", tell.begun())
    journal.append("op-aaa111", ev.Paused(why="fire drill"))
    operation = journal.operation("op-aaa111")
    assert (operation.state, operation.why, operation.by) == (State.PAUSED, "fire drill", tell.ann)
    assert journal.operation("op-nobody") is None


def test_taken_in_one_by_one_or_in_one_go_it_is_the_same_and_no_earlier_state_moves(journal, tell):
    for event in (
        tell.begun(),
        ev.Noted(step="close", texts={"n1": "not closed"}),
        ev.Intended(step="close", nodes=("n1", "n2")),
        ev.Applied(step="close", nodes=("n1",), error="refused"),
        ev.Paused(why="lunch"),
        ev.Ended(step="close", ends=(ev.NodeEnd("n1", Outcome.DONE), ev.NodeEnd("n2", Outcome.FAILED))),
        ev.Continued(),
        tell.closed("failed"),
        ev.Retried(nodes=("n2",)),
        ev.Noted(step="close", texts={"n2": "again"}),
    ):
        journal.append("op-aaa111", event)
    entries = journal.entries("op-aaa111")
    states = [None]
    for one in entries:
        states.append(fold((one,), states[-1]))
    for at in range(1, len(states)):
        assert fold(entries[:at]) == states[at]
        assert fold(entries[at:], states[at]) == states[-1]


def test_what_is_open_is_known_without_history(journal, tell):
    journal.begin("op-aaa111", tell.begun())
    journal.begin("op-bbb222", tell.begun("op-bbb222", ("n3",)))
    assert journal.open_ids() == ("op-aaa111", "op-bbb222")
    journal.append("op-aaa111", tell.closed())
    assert [operation.id for operation in journal.open_operations()] == ["op-bbb222"]
    assert [operation.id for operation in journal.recent(9)] == ["op-bbb222", "op-aaa111"]
    assert journal.recent_ids(1) == ("op-bbb222",)


def test_a_target_has_one_operation_at_a_time(open_journal, tell, clock):
    ann, bob = open_journal(), open_journal(tell.bob)
    ann.begin("op-aaa111", tell.begun())
    with pytest.raises(Leased) as caught:
        bob.begin("op-bbb222", tell.begun("op-bbb222", ("n2", "n3")))
    assert (caught.value.operation, caught.value.actor, caught.value.nodes) == ("op-aaa111", tell.ann, ("alpha/n2",))
    assert caught.value.since == clock.now()
    for word in ("alpha/n2", "op-aaa111", "ann@head", "2026-03-01 03:00:00Z", "ops adopt op-aaa111"):
        assert word in str(caught.value)
    assert bob.entries("op-bbb222") == []
    assert bob.open_ids() == ("op-aaa111",)
    bob.begin("op-ccc333", tell.begun("op-ccc333", ("n3",)))  # the refused one has taken nothing


def test_who_has_adopted_it_is_who_has_it(open_journal, tell):
    open_journal().begin("op-aaa111", tell.begun())
    bob = open_journal(tell.bob)
    bob.append("op-aaa111", ev.Adopted())
    with pytest.raises(Leased) as caught:
        bob.begin("op-bbb222", tell.begun("op-bbb222", ("n1",)))
    assert caught.value.actor == tell.bob


def test_an_end_frees_the_targets_and_a_retry_takes_them_again(journal, tell):
    journal.begin("op-aaa111", tell.begun())
    journal.append("op-aaa111", tell.closed("failed"))
    journal.begin("op-bbb222", tell.begun("op-bbb222", ("n1",)))
    with pytest.raises(Leased):
        journal.append("op-aaa111", ev.Retried(nodes=("n1",)))
    assert journal.operation("op-aaa111").ended
    journal.append("op-aaa111", ev.Retried(nodes=("n2",)))
    assert journal.open_ids() == ("op-aaa111", "op-bbb222")
    with pytest.raises(Leased):
        journal.begin("op-ccc333", tell.begun("op-ccc333", ("n2",)))


def test_another_pods_node_of_the_same_name_is_another_node(journal, tell):
    journal.begin("op-aaa111", tell.begun())
    journal.begin("op-bbb222", tell.begun("op-bbb222", pod="beta"))
    assert len(journal.open_ids()) == 2


def test_a_plan_runs_once(journal, tell):
    journal.begin("op-aaa111", tell.begun())
    journal.append("op-aaa111", tell.closed())
    with pytest.raises(BegunAlready, match="ops show op-aaa111"):
        journal.begin("op-aaa111", tell.begun())
    assert len(journal.entries("op-aaa111")) == 2
    assert journal.open_ids() == ()


def test_holds_stand_until_they_are_released_or_expire(open_journal, tell, clock):
    journal = open_journal(tell.bob)
    until = clock.now() + timedelta(seconds=60)
    journal.append("op-1", ev.Held(pod="alpha", nodes=("n1", "n2"), reason="bad dimm", ticket="RMA-7"))
    journal.append("op-2", ev.Held(pod="alpha", nodes=("n3",), reason="burn-in", until=until))
    journal.append("op-3", ev.Held(pod="beta", nodes=("n1",), reason="other"))
    held = journal.holds("alpha")
    assert list(held) == ["n1", "n2", "n3"]
    assert (held["n1"].owner, held["n1"].reason, held["n1"].ticket, held["n1"].since) == (
        "bob",
        "bad dimm",
        "RMA-7",
        clock.now(),
    )
    journal.append("op-4", ev.Held(pod="alpha", nodes=("n2",), reason="worse than that"))
    journal.append("op-5", ev.Released(pod="alpha", nodes=("n1",)))
    assert {name: hold.reason for name, hold in journal.holds("alpha").items()} == {
        "n2": "worse than that",
        "n3": "burn-in",
    }
    clock.elapsed_s = 61
    assert list(journal.holds("alpha")) == ["n2"]


def test_the_audit_is_what_happened_in_a_time_in_order(journal, clock):
    seqs = []
    for second in range(PAGE + 20):
        clock.elapsed_s = second
        seqs.append(journal.append(f"op-{second % 3}", ev.Started()).seq)
    start = clock.now() - timedelta(seconds=PAGE + 19)
    assert [told.seq for told in journal.audit()] == seqs
    window = journal.audit(start + timedelta(seconds=5), start + timedelta(seconds=PAGE + 10))
    assert [told.seq for told in window] == seqs[5 : PAGE + 10]
    assert list(journal.audit(clock.now() + timedelta(seconds=1))) == []


def test_events_of_one_moment_keep_their_order_over_pages(journal):
    seqs = [journal.append("op-1", ev.Started()).seq for _ in range(PAGE + 5)]
    assert [told.seq for told in journal.audit()] == seqs


def test_who_looks_learns_that_something_was_written(open_journal, tell):
    ann, bob = open_journal(), open_journal(tell.bob)
    before = ann.changed(), bob.changed()
    assert (ann.changed(), bob.changed()) == before
    ann.append("op-1", ev.Started())
    assert ann.changed() != before[0]
    assert bob.changed() != before[1]


@pytest.mark.parametrize("statement", ["UPDATE events SET operation = 'x'", "DELETE FROM events"])
def test_the_file_itself_refuses_to_forget(journal, place, statement):
    journal.append("op-1", ev.Started())
    with sqlite3.connect(place.journal) as other, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(statement)
    other.close()
    assert len(journal.entries("op-1")) == 1


def test_each_commit_is_synced(journal):
    connection = journal._connection
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def write_newer(place, kind, event, operation="op-new"):
    row = (1_772_334_000_000_000, operation, kind, '{"user":"eve","host":"h","pid":3}', event)
    with sqlite3.connect(place.journal) as other:
        other.execute("INSERT INTO events (at_us, operation, kind, actor, event) VALUES (?, ?, ?, ?, ?)", row)
    other.close()


def test_an_event_of_a_newer_megapod_is_named_and_ends_no_listing(journal, place, tell):
    journal.begin("op-aaa111", tell.begun())
    write_newer(place, "teleported", '{"kind":"teleported","to":"mars"}', "op-aaa111")
    journal.append("op-aaa111", tell.closed())
    kinds = [told.event for told in journal.entries("op-aaa111")]
    assert kinds[1] == ev.Unread(was="teleported", text='{"kind":"teleported","to":"mars"}')
    assert journal.operation("op-aaa111").outcome is Outcome.DONE
    assert [type(told.event) for told in journal.audit()] == [ev.Begun, ev.Unread, ev.Closed]
    with pytest.raises(TypeError):
        journal.append("op-aaa111", kinds[1])


def test_an_operation_that_a_newer_megapod_began_is_named_and_not_shown(journal, place):
    write_newer(place, "begun", '{"kind":"begun","plan":{"verb":"terraform"}}')
    with sqlite3.connect(place.journal) as other:
        other.execute("INSERT INTO open_operations VALUES ('op-new', 1)")
    other.close()
    assert journal.open_ids() == ("op-new",)
    assert journal.open_operations() == ()
    assert isinstance(journal.entries("op-new")[0].event, ev.Unread)


def test_a_journal_of_the_first_schema_is_brought_to_ours_with_all_it_tells(open_journal, place, tell, clock):
    place.journal.parent.mkdir()
    first = sqlite3.connect(place.journal, isolation_level=None)
    for statement in _statements(MIGRATIONS[0]):
        first.execute(statement)
    first.execute("PRAGMA user_version = 1")
    first.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    held = ev.Held(pod="alpha", nodes=("n9",), reason="DIMM B3")
    for number, (name, event) in enumerate((("op-aaa111", tell.begun()), ("op-older0", held)), 1):
        values = (to_us(clock.now()), name, kind_of(event), to_text(tell.ann), to_text(event))
        first.execute("INSERT INTO events (at_us, operation, kind, actor, event) VALUES (?, ?, ?, ?, ?)", values)
        table = "open_operations VALUES ('op-aaa111', ?)" if number == 1 else "holds VALUES ('alpha', 'n9', ?)"
        first.execute(f"INSERT INTO {table}", (number,))
    first.close()
    journal = open_journal()
    assert journal._connection.execute("PRAGMA user_version").fetchone()[0] == VERSION
    assert [one.id for one in journal.open_operations()] == ["op-aaa111"]
    assert journal.holds("alpha")["n9"].reason == "DIMM B3"
    assert journal.attention("alpha") == {}
    assert open_journal(tell.bob).append("op-aaa111", tell.closed()).seq == 3


def test_a_migration_that_is_cut_off_leaves_the_old_schema(place, clock, monkeypatch):
    place.journal.parent.mkdir()
    Journal.at(place, clock.now).close()
    steps = (*MIGRATIONS, "CREATE TABLE newer (seq INTEGER);\nCREATE TABLE attention (twice TEXT);\n")
    monkeypatch.setattr(journal_schema, "MIGRATIONS", steps)
    monkeypatch.setattr(journal_schema, "VERSION", len(steps))
    with pytest.raises(JournalError, match="already exists"):
        Journal.at(place, clock.now)
    monkeypatch.undo()
    again = Journal.at(place, clock.now)
    tables = {row[0] for row in again._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    again.close()
    assert "newer" not in tables


def test_a_newer_schema_is_refused_in_one_line(journal, place, clock):
    journal.close()
    with sqlite3.connect(place.journal) as other:
        other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.close()
    before = place.journal.read_bytes()
    with pytest.raises(JournalError, match="newer megapod") as caught:
        Journal.at(place, clock.now)
    assert "\n" not in str(caught.value)
    assert str(place.journal) in str(caught.value)
    assert place.journal.read_bytes() == before


def test_somebody_elses_database_is_refused_and_untouched(place, clock):
    place.journal.parent.mkdir()
    with sqlite3.connect(place.journal) as other:
        other.execute("CREATE TABLE bookmarks (url)")
    other.close()
    before = place.journal.read_bytes()
    with pytest.raises(JournalError, match="not a journal of megapod"):
        Journal.at(place, clock.now)
    assert place.journal.read_bytes() == before


def test_a_file_that_is_no_database_is_one_line_with_the_remedy(place, clock):
    place.journal.parent.mkdir()
    place.journal.write_bytes(b"these are not the bytes you are looking for" * 99)
    with pytest.raises(JournalError, match="move it aside") as caught:
        Journal.at(place, clock.now)
    assert "\n" not in str(caught.value)


def _read_all(place, clock):
    damaged = Journal.at(place, clock.now)
    try:
        damaged.recent(50)
    finally:
        damaged.close()


def test_a_damaged_journal_is_one_line_with_the_remedy(journal, place, clock, tell):
    for number in range(50):
        journal.begin(f"op-{number}", tell.begun(f"op-{number}", (f"n{number}",)))
    journal.close()
    data = bytearray(place.journal.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    place.journal.write_bytes(data)
    with pytest.raises(JournalError, match="move it aside"):
        _read_all(place, clock)


def test_a_busy_journal_says_so_and_nothing_is_written(journal, place):
    other = sqlite3.connect(place.journal, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    journal._connection.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(JournalError, match="busy"):
        journal.append("op-1", ev.Started())
    other.execute("ROLLBACK")
    other.close()
    assert journal.entries("op-1") == []
    journal.append("op-1", ev.Started())  # and the connection is good for the next


def test_the_kinds_are_filed_under_the_words_that_are_in_the_json():
    for kind in KINDS:
        assert kind.__struct_config__.tag == kind.__name__.lower()
        assert msgspec.structs.fields(kind) is not None


@pytest.mark.parametrize("after", ["gone", "another one"])
def test_a_journal_that_was_deleted_is_not_written_to(journal, tell, place, open_journal, after):
    journal.begin("op-aaa111", tell.begun())
    for path in place.journal.parent.glob("journal.db*"):
        path.unlink()
    if after == "another one":
        open_journal(tell.bob)
    append, entries = partial(journal.append, "op-aaa111", ev.Started()), partial(journal.entries, "op-aaa111")
    for use in (append, entries, journal.changed):
        with pytest.raises(JournalError, match="was deleted or moved away while it was open"):
            use()
