"""A node's journal, written by a real systemd-journald and read by a real journalctl over a real sshd."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backends.errors import Malformed, NotSupported, Rejected
from backends.journald import NodeJournal, parse
from backends.model.endpoint import NodeSsh, SshEndpoint
from backends.model.severity import Severity
from backends.ports import Command
from backends.transport.ssh_nodes import NodeShells

journald = pytest.mark.skipif(
    not Path("/lib/systemd/systemd-journald").exists(), reason="needs Debian's systemd for its journald"
)


@pytest.fixture
async def shells(many):
    made = NodeShells(NodeSsh(**many.node_ssh()), SshEndpoint(**many.ssh))
    yield made
    await made.close()


@journald
@pytest.mark.sshd
async def test_a_journal_is_read_on_from_where_it_was(shells):
    async def log(text, priority):
        done = await shells.run("1", ["sh", "-c", 'printf "$1" | systemd-cat -t nvrm -p "$2"', "log", text, priority])
        assert done.status == 0
        await shells.run("1", ["journalctl", "--sync"])

    async def wait_for(journal, text):
        for _ in range(50):  # journald takes in what is written in its own time
            found = [entry for entry in await journal.read(timeout_s=10) if entry.message == text]
            if found:
                return found
        raise AssertionError(f"{text!r} never came")

    await log("Xid 79 \\033[31mfallen off the bus", "err")
    journal = NodeJournal(shells, "1", since=datetime.now(UTC) - timedelta(minutes=5), most=50)
    (first,) = await wait_for(journal, "Xid 79 \x1b[31mfallen off the bus")
    assert (first.node, first.log, first.by, first.severity) == ("1", "journal", "nvrm", Severity.CRITICAL)
    assert abs((first.at - datetime.now(UTC)).total_seconds()) < 60
    assert await journal.read(timeout_s=10) == []
    await log("and back", "info")
    (second,) = await wait_for(journal, "and back")
    assert second.at > first.at


class Says:
    """A node that answers every command alike."""

    def __init__(self, command):
        self.command = command

    async def run(self, *_node_and_argv, **_more):
        return self.command


@pytest.mark.parametrize(
    ("command", "error", "words"),
    [
        (Command(127, "", "sh: journalctl: not found\n"), NotSupported, "has no journalctl"),
        (Command(1, "", "Hint: you are not seeing\nNo permission\n"), Rejected, "No permission"),
        (Command(0, "<html>\n", ""), Malformed, "wrote no JSON: <html>"),
    ],
)
async def test_what_is_no_journal_is_said(command, error, words):
    with pytest.raises(error, match=words):
        await NodeJournal(Says(command), "n1", since=None, most=5).read(timeout_s=1)


def test_messages_that_are_no_text_are_still_read():
    binary, long = parse('{"MESSAGE":[104,105,255],"PRIORITY":"4"}\n{"MESSAGE":null,"PRIORITY":"x"}', "n1")
    assert (binary.message, binary.severity) == ("hi\ufffd", Severity.WARNING)
    assert (long.message, long.severity, long.at) == ("(too long to be sent)", Severity.UNKNOWN, None)
