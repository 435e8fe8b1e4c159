import json

from console.views import json_lines

VALUE = {
    "Id": "node\x1b[31m",
    "Status": {"Health": "OK", "State": None},
    "Links": [{"a": 1.5}, {"b": True}],
    "short": ["x", "y"],
    "none": [],
    "tuple": (1, 2),
}


def text(lines):
    return ["".join(run for run, _ in line) for line in lines]


def test_the_whole_is_json_that_says_the_same():
    said = "\n".join(text(json_lines.whole(VALUE)))
    assert json.loads(said) == json.loads(json.dumps(VALUE))
    assert "\x1b" not in said
    assert '  "short": ["x", "y"],' in said.splitlines()


def test_a_filter_leaves_what_matches_with_its_path():
    assert text(json_lines.matching(VALUE, "health")) == ['Status.Health = "OK"']
    assert text(json_lines.matching(VALUE, "links[1]")) == ["Links[1].b = true"]
    assert text(json_lines.matching(VALUE, "1.5")) == ["Links[0].a = 1.5"]
    assert json_lines.matching(VALUE, "nowhere") == []


def test_a_value_without_anything_in_it_is_one_line():
    assert text(json_lines.whole({})) == ["{}"]
    assert text(json_lines.whole("text")) == ['"text"']
