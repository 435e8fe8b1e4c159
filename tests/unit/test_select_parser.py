import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.select.error import SelectError
from console.select.expression import All, Compare, Not, Op, Pattern, Some, Text, Value
from console.select.parser import Reader


def read(text):
    return Reader(text).whole()


def is_(field, value, op=Op.EQUAL):
    return Compare(field, op, (Value(value),))


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("state=drain", is_("state", "drain")),
        ("state == drain", is_("state", "drain")),
        ("gpu.temp>80C", is_("gpu.temp", "80C", Op.ABOVE)),
        ("gpu.temp >= 80", is_("gpu.temp", "80", Op.AT_LEAST)),
        ("a=1 & b=2", All((is_("a", "1"), is_("b", "2")))),
        ("a=1 b=2", All((is_("a", "1"), is_("b", "2")))),
        ("a=1 | b=2 & c=3", Some((is_("a", "1"), All((is_("b", "2"), is_("c", "3")))))),
        ("(a=1 | b=2) & c=3", All((Some((is_("a", "1"), is_("b", "2"))), is_("c", "3")))),
        ("!a=1", Not(is_("a", "1"))),
        ("!(a=1 | b=2)", Not(Some((is_("a", "1"), is_("b", "2"))))),
        ("a!=1", is_("a", "1", Op.UNEQUAL)),
        ("state=idle,mixed", Compare("state", Op.EQUAL, (Value("idle"), Value("mixed")))),
        ("state=idle, mixed", Compare("state", Op.EQUAL, (Value("idle"), Value("mixed")))),
        ("node=gpu[001,003],n9", Compare("node", Op.EQUAL, (Value("gpu[001,003]"), Value("n9")))),
        ('reason="leak, tray 2"', Compare("reason", Op.EQUAL, (Value("leak, tray 2", quoted=True),))),
        ("reason=''", Compare("reason", Op.EQUAL, (Value("", quoted=True),))),
        ("reason~leak|ecc", Some((Compare("reason", Op.MATCHES, (Value("leak", quoted=True),)), Text("ecc")))),
        ("reason~(leak|ecc)", Compare("reason", Op.MATCHES, (Value("(leak|ecc)", quoted=True),))),
        ("reason!~[|)]", Compare("reason", Op.DIFFERS, (Value("[|)]", quoted=True),))),
        ("gpu001", Text("gpu001")),
        ("waiting   for it", Text("waiting for it")),
        ("r1 state=idle", All((Text("r1"), is_("state", "idle")))),
        ('r1 "a b"', All((Text("r1"), Text("a b")))),
        ("4/8", Text("4/8")),
        ("don't", Text("don't")),
        ("!idle", Not(Text("idle"))),
        ("~gpu0[1-3]$", Pattern("gpu0[1-3]$")),
        ('~"a b" & x', All((Pattern("a b"), Text("x")))),
        ("!~idle", Not(Pattern("idle"))),
        ("name=gpu0*", is_("name", "gpu0*")),
    ],
)
def test_what_is_typed_means(text, means):
    assert read(text) == means


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("", 1, "nothing is asked for"),
        ("   ", 1, "nothing is asked for"),
        ("state=", 7, "compared with nothing"),
        ("state= & a=1", 8, "compared with nothing"),
        ("a=1 &", 6, "something is missing"),
        ("a=1 | | b=2", 7, "missing before |"),
        ("(a=1", 1, "not closed"),
        ("a=1)", 4, "closes nothing"),
        ('reason="x', 8, "not closed"),
        ("=idle", 1, "missing before ="),
        ("a=1 > 3", 5, "missing before >"),
        ("~[a", 1, "no regular expression"),
        ("reason~*", 8, "no regular expression"),
        ("!", 2, "something is missing"),
        ("!" * 80 + "a", 51, "too many brackets"),
        ("(" * 5000, 51, "too many brackets"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_column(text, at, says):
    with pytest.raises(SelectError) as caught:
        read(text)
    assert caught.value.at == at
    assert says in caught.value.problem
    assert str(caught.value).startswith(f"column {at}: ")


SAFE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,4}(\.[a-z]{1,4})?", fullmatch=True)
PLAIN = st.from_regex(r"[A-Za-z0-9_.*?:/%+-]{1,10}", fullmatch=True).map(Value)
QUOTED = st.text(max_size=12).map(lambda text: Value(text, quoted=True))
REGEXES = st.sampled_from(["a", "a|b", "(x y)", r"\d+$", "[&|)]", 'quo"te', r"back\\slash", " "])
TEXTS = SAFE.map(Text)
COMPARED = st.one_of(
    st.builds(
        Compare,
        NAMES,
        st.sampled_from([op for op in Op if op not in (Op.MATCHES, Op.DIFFERS)]),
        st.lists(st.one_of(PLAIN, QUOTED), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(
        Compare,
        NAMES,
        st.sampled_from([Op.MATCHES, Op.DIFFERS]),
        REGEXES.map(lambda text: (Value(text, quoted=True),)),
    ),
)


def joined(kind):
    """Two or more parts, none of the same kind: `a & (b & c)` is written without brackets as one."""
    return lambda parts: st.lists(parts, min_size=2, max_size=3).map(lambda some: kind(tuple(some)))


EXPRESSIONS = st.recursive(
    st.one_of(COMPARED, TEXTS, REGEXES.map(Pattern)),
    lambda parts: st.one_of(parts.map(Not), joined(All)(parts), joined(Some)(parts)),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_what_is_written_out_reads_back_as_itself(expression):
    assert read(str(expression)) == expression


def outcome(text):
    """What is read, or where it fails."""
    try:
        return read(text)
    except SelectError as error:
        return error.at


@given(st.one_of(st.text(max_size=60), st.text(st.sampled_from("ab=!~<>&|()[]\"'\\, *?0.%"), max_size=40)))
def test_no_text_breaks_the_reader(text):
    found = outcome(text)
    if isinstance(found, int):
        assert 1 <= found <= len(text) + 1
    else:
        assert read(str(found)) == found
