"""Ordered against a plain sorted list."""

import random

import pytest

from widgets import ordered
from widgets.ordered import Ordered


def entry(value, place):
    return (0, float(value), place, f"k{place}")


@pytest.mark.parametrize("seed", range(5))
def test_whatever_comes_and_goes_it_is_a_sorted_list(monkeypatch, seed):
    monkeypatch.setattr(ordered, "BLOCK", 4)
    chance = random.Random(seed)
    plain = sorted(entry(chance.randrange(9), place) for place in range(chance.randrange(40)))
    kept = Ordered(list(plain))
    for place in range(100, 400):
        if plain and chance.random() < 0.5:
            gone = chance.choice(plain)
            plain.remove(gone)
            kept.remove(gone)
        else:
            new = entry(chance.randrange(9), place)
            plain.append(new)
            plain.sort()
            kept.add(new)
        if not place % 7:
            assert list(kept) == plain
            assert len(kept) == len(plain)
            assert [kept.at(index) for index in range(len(plain))] == plain
            assert [kept.index(one) for one in plain] == list(range(len(plain)))
    with pytest.raises(IndexError):
        kept.at(len(plain))


def test_what_is_no_longer_used_goes_a_few_blocks_at_a_time():
    kept = Ordered([entry(place, place) for place in range(10 * ordered.BLOCK)])
    assert [kept.drop_some() for _ in range(3)] == [True, True, False]
