"""Each list and document in each of its forms, byte for byte, from a pod that stands still; and against its schema.

The bytes are written anew with MEGAPOD_GOLDENS=write, and looked at before they are committed.
"""

import json
import os
import re
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest
import yaml

from console.exit import Exit
from console.headless import answer, blast, describe, document, output, targeting
from console.headless.form import DOCUMENTS, LISTS
from console.headless.kinds import kinds, schema
from console.headless.usage.get import KINDS

HERE = Path(__file__).parent / "goldens"
OF_LISTS = {"custom-columns": "custom-columns=POD:.pod,GPUS:.gpus", "jsonpath": "jsonpath=.items[*].pod"}
COLUMNS = {
    "nodes": "custom-columns=NODE:.name,JOBS:.jobs[*],WATTS:.hardware.power_w,WHY:.scheduler.reason.text",
    "gpus": "custom-columns=POD:.pod,GPU:.index,HEALTH:.health",
    "plant": "custom-columns=POD:.pod,ID:.id,HEALTH:.health",
    "sources": "custom-columns=POD:.pod,SOURCE:.name,STATE:.state",
    "findings": "custom-columns=ID:.id,HITS:.hits_nodes[*],ADVICE:.advice",
}
ONES = {
    "describe": ("austin-r1-n01", "job:1008", "cdu:austin-cdu1"),
    "blast": ("cdu:austin-cdu1", "austin-r2-n02"),
}
MOST = 12_000
"""What is longer is kept as its beginning and a digest."""
_VARIES = ((re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),)


def masked(text):
    for pattern, instead in _VARIES:
        text = pattern.sub(instead, text)
    return text


@pytest.fixture
def printed(monkeypatch):
    """What is written while a call runs, at the one place that writes to stdout."""
    said = []
    monkeypatch.setattr(output, "write", said.append)

    def take():
        text = "".join(said)
        said.clear()
        return masked(text)

    return take


def differs(name, text):
    """What is wrong with a golden, "" where nothing is."""
    golden = HERE / name
    if len(text) > MOST:
        text = f"{text[:MOST]}\n… {len(text)} characters, sha256 {sha256(text.encode()).hexdigest()}\n"
    if os.environ.get("MEGAPOD_GOLDENS") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text)
    was = golden.read_text() if golden.exists() else "(missing)"
    return "" if was == text else f"{name} was\n{was[:2000]}\nand is\n{text[:2000]}"


def strict(tree):
    """The schema with nothing allowed that it does not name: what we print must all be published."""
    if isinstance(tree, dict):
        closed = {key: strict(value) for key, value in tree.items()}
        return {**closed, "additionalProperties": False} if "properties" in tree else closed
    return [strict(one) for one in tree] if isinstance(tree, list) else tree


def check(text):
    whole = json.loads(text)
    jsonschema.Draft202012Validator(strict(schema(whole["kind"]))).validate(whole)
    return whole


async def test_lists_and_documents_are_the_bytes_they_were(still_session, parsed, printed, clean_stderr):
    wrong = []
    async with still_session() as session:
        for kind in KINDS:
            for name in LISTS:
                form = COLUMNS.get(kind, OF_LISTS[name]) if name == "custom-columns" else OF_LISTS.get(name, name)
                arguments = parsed("get", kind, "-o", form)
                targeting.listed(arguments, kind)
                assert await answer.listed(arguments, session) is Exit.DONE
                text = printed()
                wrong.append(differs(f"get/{kind}/{name}.txt", text))
                if name == "json":
                    whole = check(text)
                if name == "yaml":
                    assert yaml.safe_load(text) == whole
        snapshots, now = session.store.snapshots, session.clock.now()
        for entity, name in [(entity, name) for entity in ONES["describe"] for name in DOCUMENTS]:
            arguments = parsed("describe", entity, "-o", {"jsonpath": "jsonpath=.kind"}.get(name, name))
            assert describe.told(arguments, snapshots, now) is Exit.DONE
            wrong.append(differs(f"describe/{entity.replace(':', '-')}/{name}.txt", text := printed()))
            if name == "json":
                check(text)
        for entity, name in [(entity, name) for entity in ONES["blast"] for name in DOCUMENTS]:
            arguments = parsed("blast", entity, "-o", {"jsonpath": "jsonpath=.gpus"}.get(name, name))
            assert blast.told(arguments, snapshots) is Exit.DONE
            wrong.append(differs(f"blast/{entity.replace(':', '-')}/{name}.txt", text := printed()))
            if name == "json":
                check(text)
    assert not (found := [one for one in wrong if one]), "\n".join(found)
    assert not clean_stderr()


@pytest.fixture
def clean_stderr(capsys):
    return lambda: capsys.readouterr().err


def test_every_schema_is_a_schema_and_a_golden():
    wrong = []
    for kind in kinds():
        one = schema(kind)
        jsonschema.Draft202012Validator.check_schema(one)
        wrong.append(differs(f"schema/{kind}.json", json.dumps(one, indent=1, sort_keys=True) + "\n"))
    assert not (found := [one for one in wrong if one]), "\n".join(found)


def test_every_list_has_a_kind_that_is_published():
    assert {document.kind_of(kind) for kind in KINDS} <= set(kinds())
