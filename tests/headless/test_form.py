"""The forms of an answer: what is one, what a path means, and what each form writes."""

import argparse

import pytest

from console.exit import Exit
from console.headless.diagnostics import Stop
from console.headless.form import DOCUMENTS, LISTS, csv_text, document_form, document_text, list_form, own_columns
from console.headless.path import Path, PathError
from console.headless.path_check import refuse
from console.views.cell import Cell, Column, Row, View

TREE = {"items": [{"name": "n1", "tags": {"a-b": 1}, "on": None}, {"name": "n2", "tags": {}, "on": ["x", "y"]}]}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (".items[*].name", ["n1", "n2"]),
        ("{.items[*].name}", ["n1", "n2"]),
        ("$.items[-1].on[*]", ["x", "y"]),
        ('.items[0].tags["a-b"]', [1]),
        (".items[*].tags[*]", [1]),
        (".items[7].name", []),
        (".items.name", []),
        (".nothing", []),
        (".", [TREE]),
    ],
)
def test_a_path_leads_to_what_is_there_and_to_nothing_else(path, values):
    assert list(Path.parse(path).values(TREE)) == values


@pytest.mark.parametrize(
    ("path", "column"), [("items", 1), (".items[", 7), (".a..b", 3), (".a[x]", 3), (".a[?(@.b)]", 3)]
)
def test_a_path_that_is_none_names_the_place(path, column):
    with pytest.raises(PathError, match=f"column {column} "):
        Path.parse(path)


@pytest.mark.parametrize("text", ["xml", "", "json=", "jsonpath", "custom-columns=", "table=wide", "JSON"])
def test_what_is_no_form_is_told_the_forms(text):
    with pytest.raises(argparse.ArgumentTypeError, match="none of table, wide, json"):
        list_form(text)


@pytest.mark.parametrize("text", ["custom-columns=A", "custom-columns=A:x", "custom-columns=:.a", "jsonpath=items"])
def test_a_form_that_wants_a_path_says_what_is_wrong_with_it(text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"NAME:\.path|not a path"):
        list_form(text)


def test_a_document_has_no_rows():
    assert set(DOCUMENTS) < set(LISTS)
    with pytest.raises(argparse.ArgumentTypeError):
        document_form("csv")


def test_custom_columns_have_a_dot_where_there_is_nothing():
    form = list_form("custom-columns=NAME:.name,ON:.on[*],A:.tags.a-b")
    assert own_columns(TREE["items"], form) == (("NAME", "ON", "A"), [("n1", "·", "1"), ("n2", "x,y", "·")])


def test_a_jsonpath_prints_one_value_a_line_texts_bare():
    assert document_text(TREE, list_form("jsonpath=.items[*].name")) == "n1\nn2\n"
    assert document_text(TREE, list_form("jsonpath=.items[1].on")) == '["x","y"]\n'
    assert document_text(TREE, list_form("jsonpath=.items[0].on")) == "null\n"


def test_csv_is_quoted_where_it_must_be():
    columns = (Column(key="name", title="NAME"), Column(key="why", title="WHY"))
    rows = (
        Row("1", (Cell("a,b"), Cell('say "no"'))),
        Row("2", (Cell("c"), Cell("·"))),
        Row("3", (Cell("d"), Cell("?"))),
    )
    view = View(kind="x", columns=columns, rows=rows, empty="")
    assert csv_text(view, head=True) == 'name,why\n"a,b","say ""no"""\nc,\nd,?\n'
    assert csv_text(view, head=False).startswith('"a,b"')


@pytest.mark.parametrize(
    ("form", "kind", "says"),
    [
        ("jsonpath=.items[*].nmae", "NodeList", "'nmae' in it; did you mean name?"),
        ("jsonpath=.items[*].scheduler.reason.txt", "NodeList", "'txt' in it; did you mean text?"),
        ("jsonpath=.items.name", "NodeList", "no 'name' in it"),
        ("jsonpath=.steps[*][*].outcom", "Operation", "did you mean outcome?"),
        ("custom-columns=N:.name,H:.helth", "NodeList", "no 'helth' in it; did you mean health?"),
    ],
)
def test_a_path_that_no_document_of_a_kind_has_is_a_slip(form, kind, says):
    with pytest.raises(Stop) as caught:
        refuse(list_form(form), kind)
    assert (caught.value.code, says in str(caught.value)) == (Exit.USAGE, True), str(caught.value)


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("jsonpath=.items[*].hardware.temp_c", "NodeList"),
        ("jsonpath=.items[3].jobs[*]", "NodeList"),
        ('jsonpath=.steps["close"].n1.outcome', "Operation"),
        ("jsonpath=.phases[*].lanes[*].steps[*].args.reason", "Plan"),
        ("custom-columns=N:.name", "SomethingElse"),
    ],
)
def test_a_path_to_what_may_be_there_is_none(form, kind):
    refuse(list_form(form), kind)
