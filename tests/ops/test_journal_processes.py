"""The journal under several processes and users at once, under SIGKILL, and where it cannot be written."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

import pytest

from console.operations.lock import carried
from console.operations.lock import take as take_lock
from console.operations.place import Place, place_of

PEER = Path(__file__).with_name("journal_peer.py")
ANN, BOB, STRANGER, GROUP = "23461", "23462", "23463", "23460"

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become other users")


def peer(path, *words, under=()):
    return subprocess.Popen(
        [*under, sys.executable, os.fspath(PEER), os.fspath(path), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def go(*peers):
    """Let all of them begin when all of them are ready; what each said after that."""
    for one in peers:
        assert one.stdout.readline() == "ready\n"
    for one in peers:
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.stdout.read().splitlines() for one in peers]
    for one in peers:
        one.stdin.close()
        one.stdout.close()
        assert one.wait(30) == 0
    return said


def test_two_processes_append_a_thousand_each_and_nothing_is_lost(place, open_journal):
    journal = open_journal()
    said = go(peer(place.journal, "append", "1000"), peer(place.journal, "append", "1000"))
    seqs = [int(line) for lines in said for line in lines]
    assert len(set(seqs)) == 2000
    told = list(journal.audit())
    assert sorted(entry.seq for entry in told) == sorted(seqs)
    for lines, name in zip(said, {entry.operation: 0 for entry in sorted(told, key=lambda one: one.seq)}, strict=True):
        texts = [entry.event.texts["n1"] for entry in journal.entries(name)]
        assert texts == [f"seen {number}" for number in range(1000)]
        assert len(lines) == 1000


def test_of_eight_that_want_the_same_nodes_exactly_one_gets_them(place, open_journal):
    journal = open_journal()
    names = [f"op-{number}" for number in range(8)]
    said = go(*(peer(place.journal, "lease", name) for name in names))
    (winner,) = journal.open_ids()
    for name, (line,) in zip(names, said, strict=True):
        assert line.isdigit() if name == winner else line == f"Leased {winner}"
    assert [entry.operation for entry in journal.audit()] == [winner]


def test_what_was_acknowledged_survives_a_sigkill_at_any_moment(place, open_journal):
    random = Random(7)
    acknowledged = []
    for _ in range(8):
        one = peer(place.journal, "append", "100000")
        assert one.stdout.readline() == "ready\n"
        one.stdin.write("go\n")
        one.stdin.flush()
        acknowledged += [int(one.stdout.readline()) for _ in range(random.randrange(1, 60))]
        one.send_signal(signal.SIGKILL)
        # Its last lines are facts, too: they were written after the append had returned.
        acknowledged += [int(line) for line in one.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        one.stdin.close()
        one.stdout.close()
        one.wait(10)
        journal = open_journal()
        kept = {entry.seq for entry in journal.audit()}
        assert set(acknowledged) <= kept
        assert journal._connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert acknowledged


@pytest.fixture
def shared():
    """A folder that a group shares, where other users can get to; pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="megapod-shared-"))
    os.chown(folder, 0, int(GROUP))
    folder.chmod(0o2770)
    yield folder / "journal.db"
    shutil.rmtree(folder)


@as_root
def test_the_operators_of_a_host_share_one_whatever_their_umask(shared):
    (said,) = go(peer(shared, "as", ANN, GROUP, "077", "append", "20", "shared"))
    assert len(said) == 20
    ann, bob = (peer(shared, "as", user, GROUP, "077", "append", "200", "shared") for user in (ANN, BOB))
    said = go(ann, bob)
    assert len({int(line) for lines in said for line in lines}) == 400
    found = shared.stat()
    assert (found.st_gid, found.st_mode & 0o777) == (int(GROUP), 0o660)
    assert place_of(shared) == Place(journal=shared, shared=True)


@as_root
def test_the_group_reaches_the_companions_without_a_setgid_folder(shared):
    shared.parent.chmod(0o770)
    shared.touch()
    os.chown(shared, int(ANN), int(GROUP))
    shared.chmod(0o660)
    ann, bob = (peer(shared, "as", user, GROUP, "022", "append", "50", "shared") for user in (ANN, BOB))
    said = go(ann, bob)
    assert len({int(line) for lines in said for line in lines}) == 100


@as_root
def test_who_is_not_of_the_group_gets_one_line(shared):
    go(peer(shared, "as", ANN, GROUP, "022", "append", "1", "shared"))
    stranger = peer(shared, "as", STRANGER, STRANGER, "022", "append", "1", "shared")
    said, _ = stranger.communicate(timeout=30)
    assert said.startswith(f"JournalError {shared}: ")
    assert said.count("\n") == 1


@as_root
def test_a_folder_that_cannot_be_written_is_one_line(shared):
    shared.parent.chmod(0o555)
    said, _ = peer(shared, "as", STRANGER, STRANGER, "022", "append", "1").communicate(timeout=30)
    assert said.startswith(f"JournalError {shared}: the journal cannot be opened: Permission denied")
    assert said.count("\n") == 1
    assert list(shared.parent.iterdir()) == []


@as_root
def test_a_full_disk_is_one_line_and_nothing_is_half_there(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f'mount -t tmpfs -o size=600k tmpfs {disk} && exec "$@" && true'
    inside = ["unshare", "-m", "sh", "-c", f"{mount}", "sh"]
    said, _ = peer(disk / "journal.db", "fill", under=inside).communicate(timeout=60)
    *seqs, last = said.splitlines()[1:]
    assert last.startswith(f"JournalError {disk / 'journal.db'}: no room left on the disk; nothing was written")
    assert [int(seq) for seq in seqs] == list(range(1, len(seqs) + 1))
    assert len(seqs) > 10


def test_a_lock_is_had_by_one_and_told_to_all(place):
    lock = take_lock(place, "op-1")
    assert take_lock(place, "op-1", pause=lambda _: None) is None
    assert carried(place, "op-1") is not None
    assert carried(place, "op-2") is None
    lock.release()
    assert carried(place, "op-1") is None
    assert list(place.running.iterdir()) == []


def test_a_lock_ends_with_its_process_however_that_ends(place):
    code = (
        "import sys, pathlib\nfrom datetime import UTC, datetime\n"
        "from console.operations import lock, place, identity\n"
        "held = lock.take(place.Place(journal=pathlib.Path(sys.argv[1])), 'op-1')\n"
        "held.sign(identity.actor(), datetime.now(UTC))\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, os.fspath(place.journal)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout.readline() == b"held\n"
        holder = carried(place, "op-1")
        assert holder.actor.pid == child.pid
        assert str(child.pid) in str(holder)
        child.kill()
    assert carried(place, "op-1") is None
    lock = take_lock(place, "op-1")  # the file it left behind is in nobody's way
    lock.release()
