"""Every view, by keys only, in a real terminal, at three sizes and in both glyph sets: text grids, kept as files.

They are written anew with MEGAPOD_GOLDENS=write, and looked at before they are committed.
"""

import os
import re
from itertools import product
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SIZES = ((80, 24), (100, 30), (160, 48))
WALK = (
    ("triage", ("1",), "pump1"),
    ("topology", ("2",), "r2  "),
    ("placement", ("3",), "NODE SET"),
    ("health", ("4",), "COMPONENT"),
    ("nodes", ("5",), "austin-r2-n06"),
    ("jobs", ("6",), "jobs  9"),
    ("operations", ("7",), "operations"),
    ("events", ("8",), "events"),
    ("fleet", ("0",), "SOURCES"),
    ("filter", ("5", "/", *"r2-n0", "Enter"), "6 of 12"),
    ("node", ("Enter",), "address"),
    ("logs", ("l",), "EventLog"),
    ("raw", ("Escape", "i"), '"scheduler"'),
    ("reason", ("Escape", "Escape", "Escape", "D"), ", reason:"),
    ("drain", (*"leak", "Enter"), "drain austin-r2-n01?"),
    ("help", ("n", "?"), "keys: nodes"),
    ("back", ("Escape",), "austin"),
)
"""A view's name, the keys that lead there from the one before, and a word that is on it."""

_VARIES = (
    (re.compile(r"127\.0\.0\.1:\d*"), "127.0.0.1:_____"),
    (re.compile(r"op-[0-9a-z]{6,}"), "op-______"),
    (re.compile(r"\d+(?=/3000$)"), "______"),  # whether two readers ask for the same thing at once is chance
)


def _masked(line: str) -> str:
    for pattern, instead in _VARIES:
        line = pattern.sub(lambda found, instead=instead: instead[: len(found.group())], line)
    return line


@pytest.fixture(params=["unicode", "ascii"])
def still(request, terminals):
    """The console on a pod that stands still, once all of it has answered."""
    terminal = terminals(str(HERE / "still.py"), request.param, LOGNAME="ann")
    terminal.shows("live", within_s=60.0)
    return request.param, terminal


def _drawn(terminal):
    return "\n".join(map(_masked, terminal.lines())) + "\n"


@pytest.mark.timeout(600)  # 45 drawings; some 20 s where nothing else runs
def test_every_view_is_drawn_as_it_was(still):
    """One console from the smallest size to the largest, so that each drawing has the same past."""
    glyphs, terminal = still
    different = []
    for size, (name, keys, word) in product(SIZES, WALK):
        terminal.resize(*size)
        terminal.press(*keys)
        if not terminal.comes(lambda text, word=word: word in text):
            # what was drawn otherwise before tells why: a key that went elsewhere shows there first
            different.append(f"{name} at {size}: {word!r} did not come:\n{_drawn(terminal)}")
            break
        golden = HERE / "goldens" / glyphs / "{}x{}".format(*size) / f"{name}.txt"
        if os.environ.get("MEGAPOD_GOLDENS") == "write":
            terminal.settled()
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_text(_drawn(terminal))
        was = golden.read_text()
        if not terminal.comes(lambda _, was=was: _drawn(terminal) == was):
            different.append(f"{golden.relative_to(HERE)} was\n{was}and is\n{_drawn(terminal)}")
    assert not different, "\n".join(different)
