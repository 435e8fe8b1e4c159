"""RowSet against the obvious: whatever is done to it, it shows what sorting and filtering everything anew would."""

import random

import pytest

from widgets.row import Cell, Row, sort_value
from widgets.rowset import RowSet


def expected(rows: dict[str, Row], column: int | None, keep, *, reverse: bool) -> list[str]:
    source = [row for row in rows.values() if keep is None or keep(row)]
    if column is not None:
        source.sort(key=lambda row: sort_value(row.cell(column)))
    keys = [row.key for row in source]
    return keys[::-1] if reverse else keys


@pytest.mark.parametrize("size", [40, 3_000])
@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_of_changes(size, seed):
    chance = random.Random(seed)
    rows = {f"k{n}": Row(f"k{n}", (f"n{n}", str(chance.randrange(50)))) for n in range(size)}
    rowset, column, keep, reverse = RowSet(), None, None, False
    rowset.replace(list(rows.values()))
    for _ in range(30):
        what = chance.randrange(6)
        if what == 0:
            column, reverse = chance.choice([None, 0, 1]), chance.random() < 0.5
            rowset.sort(column, reverse=reverse)
        elif what == 1:
            least = chance.randrange(40)
            keep = chance.choice([None, lambda row, least=least: int(row.cells[1]) >= least])
            rowset.filter(keep)
        elif what == 2:
            items = list(rows.values())
            chance.shuffle(items)
            rows = {row.key: row for row in items[: max(5, len(items) - 3)]}
            rowset.replace(list(rows.values()))
        else:
            picked = chance.sample(list(rows), k=chance.choice([1, min(len(rows), 200), max(1, len(rows) - 9)]))
            changed = [Row(key, (rows[key].cells[0], str(chance.randrange(50)))) for key in picked]
            new = f"new{chance.randrange(10**9)}"
            changed.append(Row(new, (new, "7")))
            gone = [key for key in chance.sample(list(rows), k=2) if key not in picked]
            rows.update((row.key, row) for row in changed)
            for key in gone:
                del rows[key]
            rowset.patch(changed, gone)
        for _ in range(chance.randrange(12)):
            rowset.step()  # a few slices of the work only: the next change comes in the middle of it
        if chance.random() < 0.4:
            rowset.finish()
            assert rowset.keys() == expected(rows, column, keep, reverse=reverse)
    rowset.finish()
    assert rowset.keys() == expected(rows, column, keep, reverse=reverse)
    for index, key in enumerate(rowset.keys()):
        assert rowset.index_of(key) == index
        assert rowset.key_at(index) == key
        assert rowset.row(key) == rows[key]


def test_order_of_values():
    cells = ["?", "300", "n10", "n2", "", Cell("4m12s", sort=252), Cell("9s", sort=9), "N1"]
    ordered = [Cell("9s", sort=9), Cell("4m12s", sort=252), "300", "N1", "n2", "n10", "?", ""]
    assert sorted(cells, key=sort_value) == ordered


def test_two_rows_of_one_key_are_refused():
    with pytest.raises(ValueError, match="two rows have one key"):
        RowSet().replace([Row("a", ()), Row("a", ())])
