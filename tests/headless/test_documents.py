"""What verbs print beside the lists of `get`: plans, results, operations, the audit and more, as the bytes they are.

From a pod that stands still, by commands of their own; each document against its published schema. What differs from
run to run (ids, times, ages) is masked, and gaps between columns with it. Written anew with MEGAPOD_GOLDENS=write.
"""

import asyncio
import json
import os
import pwd
import re
import socket
from pathlib import Path

import jsonschema
import pytest
import yaml

from backends.simulator.faults import parse_fault
from backends.simulator.server import ServeOptions, serve
from console.exit import Exit
from console.headless import simulate
from console.headless.forms import DOCUMENTS, LISTS
from console.headless.kinds import kinds, schema
from console.headless.ops import OperationDocument
from console.operations.operation import Operation

HERE = Path(__file__).parent / "goldens"
NODE = "austin-r1-n02"
LIVED_S = 600.0
COLUMNS = "custom-columns=%s"
LISTED = {
    "findings": {"custom-columns": COLUMNS % "ID:.id,TITLE:.title", "jsonpath": "jsonpath=.items[*].by"},
    "ops": {"custom-columns": COLUMNS % "ID:.id,VERB:.verb", "jsonpath": "jsonpath=.items[*].verb"},
    "audit": {"custom-columns": COLUMNS % "WHAT:.what,ON:.on", "jsonpath": "jsonpath=.items[*].kind"},
}
WRITTEN = {"jsonpath": "jsonpath=.kind"}
_VARIES = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?"), "WHEN"),
    (re.compile(r"(?<![\w-])op-[0-9a-z]{6,}"), "op-ID"),
    (re.compile(r"\b\d\d:\d\d(:\d\d\b|Z)"), "CLOCK"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "DIGEST"),
    (re.compile(r"<?\b(\d+d)?\d+(h\d+m|m\d+s|d|h|m|s)\b|\b\d+d\d+h\b"), "AGE"),
    (re.compile(r"\b\d+(\.\d+)? (seconds|ms)\b"), "AGE"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"""((["']?)(pid|took_s|seq|requests|tries)\2: ?)[\d.e-]+"""), r"\1N"),
    (re.compile(r'"state": "slow"'), '"state": "ok"'),
    (re.compile(r"process \d+ of"), "process N of"),
    (re.compile(r"SHA256:\S+"), "SHA256:KEY"),
    (re.compile(r"  +"), "  "),
    (re.compile(r"-{3,}"), "---"),
)


def masked(text, folder):
    text = text.replace(str(folder), "DIR").replace(socket.gethostname(), "HOST")
    text = re.sub(rf"\b{pwd.getpwuid(os.geteuid()).pw_name}\b", "USER", text)
    for pattern, instead in _VARIES:
        text = pattern.sub(instead, text)
    return text


def differs(name, text):
    """What is wrong with a golden, "" where nothing is."""
    golden = HERE / name
    if os.environ.get("MEGAPOD_GOLDENS") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text)
    was = golden.read_text() if golden.exists() else "(missing)"
    return "" if was == text else f"{name} was\n{was[:3000]}\nand is\n{text[:3000]}"


def strict(tree):
    """The schema with nothing allowed that it does not name: what we print must all be published."""
    if isinstance(tree, dict):
        closed = {key: strict(value) for key, value in tree.items()}
        return {**closed, "additionalProperties": False} if "properties" in tree else closed
    return [strict(one) for one in tree] if isinstance(tree, list) else tree


def check(text, kind):
    whole = json.loads(text)
    jsonschema.Draft202012Validator(strict(schema(kind))).validate(whole)


@pytest.fixture
async def still(forks, tmp_path, monkeypatch):
    """Runs commands, several at once, on a pod that has lived ten minutes and moves no more."""
    for name, value in {"LOGNAME": "ann", "SSH_CLIENT": "192.0.2.7 5 22", "MEGAPOD_CONFIG": ""}.items():
        monkeypatch.setenv(name, value)
    elapsed = [0.0]
    options = ServeOptions(
        racks=1, nodes=3, gpus=2, seed=7, faults=(parse_fault(f"gpu-ecc:{NODE}/1@400"),), monotonic=lambda: elapsed[0]
    )
    async with serve(options) as (pod,):
        elapsed[0] = LIVED_S
        config = tmp_path / "config.toml"
        simulate._write_config(config, [pod.endpoints])
        runs = forks(tmp_path)

        async def run(*commands):
            cases = [(name, words, config, {}) for name, words in commands]
            return await asyncio.to_thread(runs.all, cases)

        yield run
        await asyncio.to_thread(runs.close)


def forms(words, names, given):
    """A command in each of its forms, by the name of its golden."""
    of = "-".join(word for word in words if re.fullmatch("[a-z]+", word) and word not in ("leak", "finished"))
    return [(f"{of}/{name}.txt", [*words, "-o", given.get(name, name)]) for name in names]


def judged(results, folder, kinds_of, codes):
    """What differs from the goldens, and what breaks its schema."""
    for name, code, out, err in results:
        assert code in codes, (name, code, err)
        of, _, form = name.removesuffix(".txt").partition("/")
        if form in ("json", "yaml"):
            text = out if form == "json" else json.dumps(yaml.load(out, yaml.BaseLoader))
            if form == "json":
                check(text, kinds_of[of])
        yield differs(name, masked(out, folder))


async def test_what_is_written_and_read_back_is_the_bytes_it_was(still, tmp_path):
    wrong = []
    read = forms(["drain", NODE, "--reason", "leak", "--dry-run"], DOCUMENTS, WRITTEN)
    read += forms(["findings", "list"], ("json", "csv"), LISTED["findings"]) + forms(["doctor"], ("json",), {})
    read += forms(["wait", NODE, "--for", "health=warning"], ("json",), {})
    kinds_of = {"drain": "Plan", "findings-list": "AttentionList", "doctor": "Checkup", "wait": "Wait"}
    wrong += judged(await still(*read), tmp_path, kinds_of, {Exit.DONE})

    (bill,) = await still(("", ["check", "austin", "--write-expected"]))
    assert bill[1] == Exit.DONE, bill
    path = tmp_path / "austin.expected.toml"
    path.write_text(path.read_text().replace("gpus = 2", "gpus = 4"))
    cordon = forms(["cordon", NODE, "--reason", "leak", "--yes"], ("json",), {})
    wrong += judged(await still(*cordon), tmp_path, {"cordon": "Result"}, {Exit.DONE})
    for words in (["ack", "gpu-ecc"], ["note", "gpu-ecc", "spare on its way"]):
        assert (await still(("", ["findings", *words])))[0][1] == Exit.DONE
    (words,) = await still(("", ["ops", "list", "--all", "-o", "name"]))
    identity = words[2].strip()
    read = forms(["check", "austin"], ("table", "json"), {})
    wrong += judged(await still(*read), tmp_path, {"check-austin": "CheckResult"}, {Exit.SOME_FAILED})
    read = [
        *forms(["ops", "list", "--all"], LISTS, LISTED["ops"]),
        *forms(["audit", "--operation", "triage"], LISTS, LISTED["audit"]),
    ]
    read += forms(["ops", "show", identity], DOCUMENTS, WRITTEN)
    kinds_of = {"ops-list": "OperationList", "ops-show": "Operation", "audit-triage": "AuditList"}
    wrong += judged(await still(*read), tmp_path, kinds_of, {Exit.DONE})
    assert not (found := [one for one in wrong if one]), "\n".join(found)


async def test_lines_of_streams_are_as_their_schemas_say(still):
    watched, logged, heard = await still(
        ("watch", ["watch", "jobs", "--for", "6s"]),
        ("logs", ["logs", NODE, "-o", "jsonl"]),
        ("events", ["events", "--for", "2s", "-o", "json"]),
    )
    for (_, _, out, err), kind in ((watched, "JobChange"), (logged, "LogEntry")):
        assert out, err
        for line in out.splitlines():
            check(line, kind)
    check(heard[2], "EventList")


def test_all_that_is_known_of_an_operation_is_published():
    assert set(Operation.__struct_fields__) <= set(OperationDocument.__struct_fields__)


def test_nothing_is_published_that_no_verb_prints():
    listed = {name for name in kinds() if name.endswith(("List", "Change"))}
    assert set(kinds()) - listed == {
        *("Node", "Job", "Plant", "Finding", "Blast", "CheckResult", "Checkup", "ExecResult", "Wait", "Operation"),
        *("Plan", "Result", "LogEntry"),
    }
