"""`megapod exec` over real OpenSSH servers: what runs, what is gathered, what is ended, what is written down."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backends.model.answer import Ending
from backends.model.endpoint import NodeSsh, SshEndpoint
from backends.transport.fanout import Fanout
from backends.transport.ssh_nodes import NodeShells

pytestmark = pytest.mark.sshd
NAMED = ("--as-named", "--yes")


def running(marker):
    """Commands on this machine, in any pid namespace below, that have the marker as a word of their own."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if marker.encode() in words and b"sleep" in words[0]:
                found.append(int(folder.name))
    return found


def gone(marker, within_s=10.0):
    deadline = time.monotonic() + within_s
    while running(marker) and time.monotonic() < deadline:
        time.sleep(0.05)  # a process on a node ends in its own time and tells nobody
    return not running(marker)


def test_the_same_answers_stand_together_and_the_others_apart(megapod, config):
    path = config()
    who = 'n=$(echo $SSH_CONNECTION | cut -d" " -f3); [ ${n##*.} != 3 ] || { echo odd; exit 4; }; echo same'
    done = megapod("exec", "[1-8]", *NAMED, "--config", path, "--", "sh", "-c", who)
    assert done.stdout == "== [1-2,4-8] (7): done\nsame\n== 3 (1): exit 4\nodd\n"
    assert done.returncode == 8
    assert "7 nodes done; exit 4: 3" in done.stderr


@pytest.mark.parametrize(
    ("words", "options", "code"),
    [
        (["true"], [], 0),
        (["sh", "-c", "exit 5"], [], 1),
        (["sh", "-c", "exit 5"], ["-S"], 5),
        (["sleep", "31415"], ["--timeout", "500ms"], 4),
        (["sleep", "31415"], ["--timeout", "500ms", "-S"], 4),
    ],
)
def test_the_code_says_how_it_went(megapod, config, words, options, code):
    assert megapod("exec", "[1-2]", *NAMED, *options, "--config", config(), "--", *words).returncode == code


def test_a_node_that_is_not_there_is_unreachable_and_never_a_success(megapod, config):
    done = megapod("exec", "1,99", *NAMED, "-S", "--config", config(), "-o", "json", "--", "true")
    assert done.returncode == 3
    endings = {item["node"]: (item["ending"], item["status"]) for item in json.loads(done.stdout)["items"]}
    assert endings == {"1": ("done", 0), "99": ("unreachable", None)}
    assert "unreachable: 99" in done.stderr


def test_arguments_arrive_as_they_are_and_what_is_written_acts_on_no_terminal(megapod, config):
    odd = ["a b", "$HOME", "'", '"', ";reboot", "\\"]
    shown = megapod("exec", "1", *NAMED, "--config", config(), "--", "printf", "%s|", *odd)
    assert shown.stdout == "== 1 (1): done\n" + "".join(f"{word}|" for word in odd) + "\n"
    hostile = "printf '\\033]0;owned\\a\\302\\233m\\n\\tx\\n'; printf '\\033[2J' >&2"
    text = megapod("exec", "1", *NAMED, "--config", config(), "--", "sh", "-c", hostile)
    assert text.stdout == "== 1 (1): done\n\ufffd]0;owned\ufffd\ufffdm\n\tx\n"
    assert "\x1b" not in text.stderr
    raw = megapod("exec", "1", *NAMED, "--config", config(), "-o", "jsonl", "--", "sh", "-c", hostile)
    assert "\x1b" not in raw.stdout
    assert "\x9b" not in raw.stdout
    item = json.loads(raw.stdout)
    assert item["stdout"] == "\x1b]0;owned\x07\x9bm\n\tx\n"
    assert item["stderr"] == "\x1b[2J"


def test_a_command_that_is_given_up_is_ended_with_its_children(megapod, config):
    done = megapod(
        *("exec", "[1-3]", *NAMED, "--timeout", "1s", "--config", config()),
        *("--", "sh", "-c", "sleep 27182 & trap '' TERM; sleep 27182"),
    )
    assert "timeout, whether it had its effect is unknown: [1-3]" in done.stderr
    assert gone("27182")


def test_what_a_finished_command_leaves_behind_stays(megapod, config):
    done = megapod("exec", "1", *NAMED, "--config", config(), "--", "sh", "-c", "sleep 16180 >/dev/null 2>&1 & echo on")
    assert done.stdout.endswith("on\n")
    left = running("16180")
    assert len(left) == 1
    os.kill(left[0], signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_us_ends_what_we_started(config, number, eventually_sync):
    marker = str(50000 + number)
    words = ["exec", "[1-6]", *NAMED, "--at-once", "4", "--config", str(config()), "--", "sleep", marker]
    process = subprocess.Popen(
        [sys.executable, "-m", "console", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    eventually_sync(lambda: len(running(marker)) == 4)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert gone(marker)
    if number is signal.SIGKILL:
        return
    assert process.returncode == 130
    assert b"interrupted, whether it had its effect is unknown: [1-4]; not begun: [5-6]" in err
    assert b"== [5-6] (2): not begun" in out


def test_through_the_head_every_node_sees_the_head_and_keys_are_checked_here(megapod, config, many, tmp_path):
    where = ["--", "sh", "-c", "echo $SSH_CONNECTION | cut -d' ' -f3"]
    done = megapod("exec", "[2-3]", *NAMED, "--config", config(node_ssh=many.node_ssh("head")), "-o", "lines", *where)
    assert sorted(done.stdout.splitlines()) == [f"{n}: {many.addresses[n - 1]}" for n in (2, 3)]
    stranger = tmp_path / "known_hosts"
    stranger.write_text((many.folder / "known_hosts").read_text().splitlines()[1] + "\n")
    path = config(node_ssh=many.node_ssh("head", known_hosts=str(stranger)))
    done = megapod("exec", "[2-3]", *NAMED, "--config", path, *where)
    assert done.returncode == 3
    assert "untrusted: 3" in done.stderr


def test_a_head_that_refuses_is_asked_once_for_all_nodes(megapod, config, many):
    path = config(node_ssh=many.node_ssh("head"))
    path.write_text(path.read_text().replace('id"\n', 'no-such-id"\n', 1))
    done = megapod("exec", "[1-8]", *NAMED, "--config", path, "--", "true")
    assert done.returncode == 3
    assert done.stdout.startswith("== [1-8] (8): unreachable: ")


def test_policy_is_asked_first(megapod, config):
    refused = megapod("exec", "1", *NAMED, "--config", config(read_only=True), "--", "true")
    assert (refused.returncode, refused.stdout) == (5, "")
    allowed = config(read_only=True, policy='read_only_allows = ["exec"]\nreason_for = ["exec"]')
    assert megapod("exec", "1", *NAMED, "--config", allowed, "--", "true").returncode == 2
    assert megapod("exec", "1", *NAMED, "--reason", "look", "--config", allowed, "--", "true").returncode == 0
    nobody = config(policy='[pods.many.policy.allow]\nexec = ["ann"]')
    done = megapod("exec", "1", *NAMED, "--config", nobody, "--", "true")
    assert done.returncode == 5
    assert "exec is for ann" in done.stderr
    many_nodes = config(policy="typed_count_over = 2")
    assert megapod("exec", "[1-3]", "--as-named", "--config", many_nodes, "--", "true").returncode == 7


def test_the_journal_tells_who_ran_what_where_why_and_what_came_of_it(megapod, config):
    path = config()
    megapod("exec", "[1-2],99", *NAMED, "--reason", "why not", "--config", path, "--", "echo", "a b")
    told = [json.loads(line) for line in megapod("audit", "--config", path, "-o", "jsonl").stdout.splitlines()]
    assert [entry["kind"] for entry in told] == ["commanded", "answered"]
    assert told[0]["what"] == "ran echo 'a b'"
    assert told[0]["why"] == "why not"
    assert told[0]["user"] == "root"
    assert told[1]["evidence"]["endings"] == {"done": "[1-2]", "unreachable": "99"}
    shown = megapod("ops", "show", told[0]["operation"], "--config", path)
    assert (shown.returncode, "megapod audit --operation" in shown.stderr) == (2, True)


async def test_connections_are_kept_and_never_more_than_so_many_nodes_run_at_once(many):
    shells = NodeShells(NodeSsh(**many.node_ssh()), SshEndpoint(**many.ssh))
    count = Path(many.folder / "running")
    script = f"mkdir -p {count}; touch {count}/$$; ls {count} | wc -l; sleep 0.1; rm {count}/$$"
    seen = []
    for _ in range(2):
        fanout = Fanout(shells, [str(n) for n in range(1, 9)], ["sh", "-c", script], at_once=3, timeout_s=20)
        answers = [answer async for answer in fanout.answers()]
        assert {answer.ending for answer in answers} == {Ending.DONE}
        assert fanout.left() == ()
        assert max(int(answer.stdout) for answer in answers) <= 3
        ask = Fanout(shells, ["1"], ["sh", "-c", "echo $SSH_CONNECTION"], at_once=1, timeout_s=20)
        seen += [answer.stdout async for answer in ask.answers()]
    assert len(set(seen)) == 1
    await asyncio.gather(shells.close(), shells.close())
