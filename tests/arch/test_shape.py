"""The shape of the files: small, one noun each, and nothing in them that belongs to one machine."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("backends", "widgets", "console")
CODE = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NO_NOUN = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}


def test_the_files_are_found():
    assert len(CODE) > 50
    assert len(TESTS) > 20


def test_no_file_is_past_its_length():
    long = {
        str(path.relative_to(ROOT)): lines
        for paths, limit in ((CODE, 400), (TESTS, 600))
        for path in paths
        if (lines := len(path.read_text().splitlines())) > limit
    }
    assert not long


def test_every_module_and_class_is_named_by_a_noun_of_the_field():
    assert not [path for path in CODE if NO_NOUN & set(path.stem.split("_"))]
    assert not [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Manager", "Helper", "Utils"))
    ]


@pytest.mark.parametrize(
    "path", [path for path in CODE if path.name == "__init__.py"], ids=lambda path: path.parent.name
)
def test_an_init_is_a_docstring_and_nothing_else(path):
    body = ast.parse(path.read_text()).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value, ast.Constant)


def test_every_module_says_what_it_is():
    assert not [str(path.relative_to(ROOT)) for path in CODE if not ast.get_docstring(ast.parse(path.read_text()))]


def test_every_package_is_marked_as_typed():
    assert [package for package in PACKAGES if (ROOT / package / "py.typed").exists()] == list(PACKAGES)


def test_nobody_reads_the_clock_where_it_is_handed_in():
    calls = ("datetime.now(", "time.time(", "time.monotonic(", "asyncio.sleep(", "asyncio.timeout(")
    decides = [
        path
        for folder in ("state", "operations", "insight", "views")
        for path in (ROOT / "console" / folder).rglob("*.py")
        if path.name != "clock.py"
    ]
    assert not [f"{path.relative_to(ROOT)}: {call}" for path in decides for call in calls if call in path.read_text()]
