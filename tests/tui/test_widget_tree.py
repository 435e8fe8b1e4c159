"""LineTree: what is open, where the cursor stays, what is repainted."""

from textual.geometry import Region

from widgets.messages import ItemHighlighted, ItemSelected
from widgets.tree import LineTree, TreeItem


def pod(*racks: int, note: str = "") -> TreeItem:
    def rack(number: int) -> TreeItem:
        nodes = tuple(TreeItem(f"r{number}n{n}", f"node {n} [b]", "●", "ok") for n in range(3))
        return TreeItem(
            f"r{number}", f"rack {number}", "▲", "warning", note if number == racks[0] else "", children=nodes
        )

    return TreeItem("pod", "austin", "●", "ok", children=tuple(rack(number) for number in racks))


class Watched(LineTree):
    """Notes what is repainted."""

    def __init__(self):
        super().__init__()
        self.regions: list[Region] = []
        self.whole = 0

    def refresh(self, *regions, **kwargs):
        self.regions.extend(regions)
        self.whole += not regions
        return super().refresh(*regions, **kwargs)


async def test_grid_and_keys(host, grid):
    tree = LineTree()
    async with host(tree).run_test(size=(30, 8)) as pilot:
        tree.update([pod(1, 2, note="3 draining")])
        tree.focus()
        await pilot.press("right", "right", "right", "j", "enter")
        await pilot.pause()
        assert grid(pilot.app)[:6] == [
            "▾ ● austin",
            "  ▾ ▲ rack 1       3 draining",
            "      ● node 0 [b]",
            "      ● node 1 [b]",
            "      ● node 2 [b]",
            "  ▸ ▲ rack 2",
        ]
        assert pilot.app.keys_of(ItemSelected) == ["r1n0"]
        assert pilot.app.keys_of(ItemHighlighted)[-1] == "r1n0"
        await pilot.press("left", "left")
        await pilot.pause()
        assert (tree.cursor, grid(pilot.app)[2]) == ("r1", "  ▸ ▲ rack 2")


async def test_open_and_cursor_survive_an_update(host, grid):
    tree = LineTree()
    async with host(tree).run_test(size=(30, 8)) as pilot:
        tree.update([pod(1, 2)])
        assert tree.move_to("r2n1")
        tree.update([pod(7, 2, 1)])
        await pilot.pause()
        assert tree.cursor == "r2n1"
        assert tree.opened == {"pod", "r2"}
        assert grid(pilot.app)[2] == "  ▾ ▲ rack 2"
        assert not tree.move_to("r9n9")


async def test_only_changed_lines_are_repainted(host):
    tree = Watched()
    async with host(tree).run_test(size=(30, 8)) as pilot:
        tree.update([pod(1, 2)])
        tree.open_keys(["pod"])
        await pilot.pause()
        tree.regions.clear()
        tree.whole = 0
        tree.update([pod(1, 2)])
        assert (tree.regions, tree.whole) == ([], 0)
        tree.update([pod(1, 2, note="1 down")])
        assert (tree.regions, tree.whole) == ([Region(0, 1, 30, 1)], 0)


async def test_closing_redraws_the_arrow(host, grid):
    tree = LineTree()
    async with host(tree).run_test(size=(30, 8)) as pilot:
        tree.update([pod(1)])
        tree.open_keys(["pod", "r1"])
        await pilot.pause()
        tree.close_keys(["r1"])
        await pilot.pause()
        assert grid(pilot.app)[:3] == ["▾ ● austin", "  ▸ ▲ rack 1", ""]
