"""The `:` line without a screen: what a line means, what it may become, and what is wrong with it."""

import pytest

from console.tui.command import CommandError, Known, Word, filter_offers, offers, read

WORDS = (
    Word(name="nodes", help="the view"),
    Word(name="drain", help="a verb", takes="nodes", more=True),
    Word(name="pod", help="another", takes="pod", needed=True),
    Word(name="pods", help="all"),
    Word(name="node", help="whole", takes="node", needed=True),
    Word(name="sort", help="order", takes="column", more=True),
    Word(name="filter", help="as /", takes="filter", more=True),
)
KNOWN = Known(
    words={word.name: word for word in WORDS},
    values={
        "pod": ("austin", "boden"),
        "node": ("gpu001", "gpu002"),
        "nodes": ("gpu001", "gpu002", "@rack:r1"),
        "column": ("node", "state"),
        "field": ("state", "stale", "gpu.temp"),
    },
    aliases={"bad": "filter state=down"},
)


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("nodes", "nodes", ""),
        ("  pods ", "pods", ""),
        ("dr gpu001 leak in tray 2", "drain", "gpu001 leak in tray 2"),
        ("pod boden", "pod", "boden"),
        ("gpu002", "node", "gpu002"),
        ("bad", "filter", "state=down"),
        ("bad & rack=r1", "filter", "state=down & rack=r1"),
        ("sort", "sort", ""),
        ("sort state desc", "sort", "state desc"),
    ],
)
def test_a_line_means(line, name, rest):
    found = read(line, KNOWN)
    assert (found.word.name, found.rest) == (name, rest)


def test_a_verb_has_a_target_and_a_reason():
    found = read("drain gpu[001-002] leak  in tray 2 ", KNOWN)
    assert (found.first, found.text) == ("gpu[001-002]", "leak  in tray 2")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("po", "it could be pod or pods"),
        ("drian", "did you mean drain?"),
        ("zzz", "tab lists them"),
        ("pod", "pod what? It takes a pod"),
        ("pod austen", "no pod 'austen'; did you mean austin?"),
        ("pod zzz", "there is austin, boden"),
        ("sort stat", "did you mean state?"),
        ("nodes now", "nodes takes nothing after it"),
        ("gpu001 now", "no command 'gpu001'"),
    ],
)
def test_what_is_no_command_says_what_it_could_be(line, says):
    with pytest.raises(CommandError) as caught:
        read(line, KNOWN)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("dr", ("drain",)),
        ("b", ("bad",)),
        ("gpu00", ("gpu001", "gpu002")),
        ("drain ", ("drain gpu001", "drain gpu002", "drain @rack:r1")),
        ("drain gpu001,@", ("drain gpu001,@rack:r1",)),
        ("drain gpu001 g", ()),
        ("pod b", ("pod boden",)),
        ("filter rack=r1 & !sta", ("filter rack=r1 & !state", "filter rack=r1 & !stale")),
        ("nodes ", ()),
        ("zzz ", ()),
    ],
)
def test_a_line_may_become(line, becomes):
    assert offers(line, KNOWN) == becomes


def test_a_filter_is_offered_fields_where_one_begins():
    assert filter_offers("(gpu.", KNOWN) == ("(gpu.temp",)
    assert filter_offers("state=idle ", KNOWN) == ()
    assert filter_offers("state=id", KNOWN) == ()
