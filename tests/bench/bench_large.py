"""100,000 nodes: what keys wait for, and how long the loop is ever held, in the table, the map and the topology view.

    python tests/bench/bench_large.py [--count 100000] [--quick]

Times are taken inside the app, 80x24, on the wall and in CPU time of the process: a machine that others share adds to
the wall alone. A pause is the time between two turns of a task that asks for a turn each millisecond. Garbage is
collected as in the console (`console.tui.sweep`), and what is put together in a thread there is here. Prints, asserts
nothing.
"""

import argparse
import asyncio
import gc
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from bench_table import Ours, row
from msgspec.structs import replace
from recorded import POD, Told, session
from textual import events

from backends.model.node import HardwareFacts, Node, Power, SchedulerFacts, Service
from backends.model.observation import HardwareInventory, SchedulerJobs, SchedulerLayout, SchedulerNodes
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Component, Edge, Kind, Relation
from console.operations.carrier import Here
from console.operations.event import Actor
from console.operations.memory import Memory
from console.select.field import Around
from console.select.kinds import kind
from console.tui.app import MegapodApp
from console.tui.filter import keeper, read
from console.tui.screens.topology import TopologyView
from console.tui.sweep import sweep
from widgets.frugal import FrugalApp
from widgets.heat_grid import HeatCell, HeatGrid, HeatGroup
from widgets.heatmap import HeatMap
from widgets.prompt_screen import PromptScreen
from widgets.table import LineTable
from widgets.themes import THEMES

PER_RACK = 100
Times = list[tuple[float, float]]
"""Wall and CPU milliseconds."""


def said(times: Times) -> str:
    """`p50 3.0 ms p99 10.7 ms (cpu 2.1, 6.3)`."""
    wall, cpu = (sorted(one) for one in zip(*times, strict=True))
    at = int(len(wall) * 0.99)
    half = len(wall) // 2
    return f"p50 {wall[half]:5.1f} ms, p99 {wall[at]:5.1f} ms  (cpu {cpu[half]:.1f}, {cpu[at]:.1f})  n {len(wall)}"


async def pauses(found: Times) -> None:
    """The time between turns, for ever."""
    while True:
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(0.001)
        found.append(((time.perf_counter() - wall - 0.001) * 1000, (time.process_time() - cpu) * 1000))


async def quiet(pilot, act: Callable[[], object], busy: Callable[[], bool], name: str) -> None:
    """What a long piece of work does to the loop."""
    gaps: Times = []
    ticker = asyncio.create_task(pauses(gaps))
    await asyncio.sleep(0.02)
    start = time.perf_counter()
    act()
    while busy():  # noqa: ASYNC110 - it is the loop that is measured
        await asyncio.sleep(0.005)
    took_ms = (time.perf_counter() - start) * 1000
    await pilot.pause(0.05)
    ticker.cancel()
    wall, cpu = (max(one) for one in zip(*gaps, strict=True))
    print(f"  {name:28} done after {took_ms:6.0f} ms, longest pause {wall:5.1f} ms (cpu {cpu:.1f})")


class Frames:
    """From a key to the frame that shows what it did."""

    def __init__(self, app) -> None:
        self.times: Times = []
        self._app = app
        self._pending: tuple[float, float, object, Callable[[], object]] | None = None

    async def press(self, keys: list[str], where: Callable[[], object], *, every_s: float = 0.05) -> None:
        """Each key, until the place it moves is another and drawn."""
        for key in keys:
            self._pending = (time.perf_counter(), time.process_time(), where(), where)
            self._app.post_message(events.Key(key, None))
            for _ in range(400):
                await asyncio.sleep(0.002)
                if self._pending is None:
                    break
            await asyncio.sleep(every_s)

    def watch(self) -> Callable[[], None]:
        """Look at every update that is rendered; returns what ends it."""
        compositor = self._app.screen._compositor
        render = compositor.render_update

        def rendered(*args, **kwargs):
            update = render(*args, **kwargs)
            if self._pending is not None and self._pending[3]() != self._pending[2]:
                wall, cpu, *_ = self._pending
                self._pending = None
                self.times.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
            return update

        compositor.render_update = rendered
        return lambda: setattr(compositor, "render_update", render)


async def table(count: int, keys: int) -> None:
    print(f"table of {count} rows:")
    app = Ours("ansi16", idle=True)
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(LineTable)
        rows = [row(number, number * 7919 % 9973) for number in range(count)]
        keep = by_fields(count, "state=drained & rack=r1 | name~7$")
        gc.collect()
        gc.freeze()  # in the app they are of a snapshot, and old
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("first rows", lambda: table.update(rows)),
            ("sort by number-like text", lambda: table.sort_by("power")),
            ("filter to a tenth", lambda: table.filter_by(lambda one: one.key.endswith("7"))),
            ("filter off", lambda: table.filter_by(None)),
            ("filter by fields", lambda: table.filter_by(keep)),
            ("filter off", lambda: table.filter_by(None)),
            ("sort off", lambda: table.sort_by(None)),
        )
        for name, act in steps:
            await quiet(pilot, act, lambda: table.busy, name)
        await _fed(app, table, rows, keys, "order held")
        table.sort_by("temp", reverse=True)
        while table.busy:
            await pilot.pause(0.01)
        await _fed(app, table, rows, keys, "sorted by what changes")


async def _fed(app, table: LineTable, rows: list, keys: int, name: str) -> None:
    """Keys 20 a second while 100 rows are patched every 10 ms."""
    patched = 0

    async def feed() -> None:
        nonlocal patched
        turn, start = 0, time.perf_counter()
        while True:
            due = int((time.perf_counter() - start) * 100)
            while turn < due:
                turn += 1
                table.patch([row((turn * 100 + at) * 7 % len(rows), turn) for at in range(100)])
                patched += 100
            await asyncio.sleep(0.005)

    feeder = asyncio.create_task(feed())
    table.focus()
    frames = Frames(app)
    end = frames.watch()
    start = time.perf_counter()
    await frames.press(["pagedown" if at % 10 == 9 else "down" for at in range(keys)], lambda: table.cursor)
    rate = patched / (time.perf_counter() - start)
    feeder.cancel()
    end()
    print(f"  key to frame, {rate:.0f} updates/s, {name}: {said(frames.times)}")


def by_fields(count: int, text: str):
    """The filter that `/` makes of a text, over as many nodes as there are rows."""
    idle, drained = (
        SchedulerFacts(source="slurm.nodes", state=("IDLE",), service=service, gpus=8)
        for service in (Service.IDLE, Service.DRAINED)
    )
    nodes = {
        f"k{number}": Node(name=f"k{number}", rack=f"r{number % 9}", scheduler=drained if number % 5 else idle)
        for number in range(count)
    }
    snapshot = Snapshot(pod="bench", number=1, at=datetime.now(UTC), nodes=nodes)
    return keeper(read(text, kind("nodes")), kind("nodes"), Around(snapshot, snapshot.at))


class MapAlone(FrugalApp[None]):
    def get_default_screen(self):
        return PromptScreen(id="_default")

    def compose(self):
        yield HeatMap()


async def heat_map(count: int, keys: int) -> None:
    print(f"heat map of {count} nodes, alone:")
    app = MapAlone()
    app.register_theme(THEMES["ansi16"])
    app.theme = THEMES["ansi16"].name
    async with app.run_test(size=(80, 24)) as pilot:
        heat = app.query_one(HeatMap)

        def groups(turn: int) -> list[HeatGroup]:
            return [
                HeatGroup(
                    f"r{rack}",
                    tuple(
                        HeatCell(f"r{rack}-n{at}", "●", "ok" if (rack + at + turn) % 50 else "warning")
                        for at in range(PER_RACK)
                    ),
                )
                for rack in range(count // PER_RACK)
            ]

        cells = groups(0)
        gc.collect()
        gc.freeze()
        made = asyncio.create_task(_shown(heat, cells))
        await quiet(pilot, lambda: None, lambda: not made.done(), "first cells")
        heat.focus()
        await pilot.pause()
        frames = Frames(app)
        end = frames.watch()
        await frames.press(_walk(keys), lambda: heat.cursor)
        end()
        print(f"  key to frame, scrolling: {said(frames.times)}")


async def _shown(heat: HeatMap, cells: list[HeatGroup]) -> None:
    """Laid out in a thread, as the views do."""
    width = heat.size.width

    def made() -> HeatGrid:
        grid = HeatGrid(cells)
        grid.layout(width, grid.cell_width)
        return grid

    heat.update(await asyncio.to_thread(made))


def _walk(keys: int) -> list[str]:
    return [("down", "right", "down", "pagedown")[at % 4] for at in range(keys)]


async def topology(count: int, keys: int) -> None:
    print(f"topology view of a pod of {count} nodes:")
    told = plain_pod(count)
    pods = session({POD: told}, still=True, every_s=3600.0)
    memory = Here(Memory(pods.clock.now, Actor("ann", "desk", 1)))
    app = MegapodApp(pods.config, None, lambda _: pods, memory)
    async with app.run_test(size=(80, 24)) as pilot:
        while pods.store[POD].number < 4:
            await pilot.pause(0.2)
        await pilot.press("2")
        while not isinstance(app.top_view, TopologyView):
            await pilot.pause(0.1)
        gc.collect()
        gc.freeze()
        view = app.top_view
        await quiet(pilot, lambda: view.redraw(force=True), lambda: view.busy, "the same, drawn anew")
        another = _another(pods.store[POD], 100)
        await quiet(pilot, lambda: _told(pods, view, another), lambda: view.busy, "another instant")
        heat, tree = view.map, view.tree_pane
        for name, pane, where in (
            ("tree", tree, lambda: tree.cursor),
            ("map", heat, lambda: heat.cursor),
        ):
            pane.focus()
            await pilot.pause()
            frames = Frames(app)
            end = frames.watch()
            await frames.press(_walk(keys), where)
            end()
            print(f"  key to frame in the {name}: {said(frames.times)}")
        print(f"  memory {rss_mb():.0f} MB")
    await app.close()


async def views(count: int, _keys: int) -> None:
    """Every other view that nodes make large: what another instant of the pod does to the loop."""
    print(f"views of a pod of {count} nodes:")
    pods = session({POD: plain_pod(count)}, still=True, every_s=3600.0)
    app = MegapodApp(pods.config, None, lambda _: pods, Here(Memory(pods.clock.now, Actor("ann", "desk", 1))))
    async with app.run_test(size=(80, 24)) as pilot:
        while pods.store[POD].number < 4:
            await pilot.pause(0.2)
        gc.collect()
        gc.freeze()
        for number, (key, name) in enumerate(VIEWS.items(), 100):
            await pilot.press(key)
            while app.top_view is None or name != app.top_view.COMMAND or app.top_view.busy:
                await pilot.pause(0.1)
            await _instant(pilot, pods, app.top_view, _another(pods.store[POD], number))
        await pilot.press("5")
        while app.top_view is None or app.top_view.COMMAND != "nodes" or app.top_view.busy:
            await pilot.pause(0.1)
        nodes = app.top_view
        await quiet(pilot, lambda: nodes.sort_by("node", reverse=True), lambda: nodes.busy, "nodes, sort")
    await app.close()


VIEWS = {"1": "findings", "3": "jobs", "4": "plant", "5": "nodes", "6": "jobs"}
"""Keys, and what `megapod get` would list there."""


async def _instant(pilot, pods, view, snapshot: Snapshot) -> None:
    await quiet(pilot, lambda: _told(pods, view, snapshot), lambda: view.busy, f"{view.TITLE_WORD}, another instant")


def _told(pods, view, snapshot: Snapshot) -> None:
    """An instant, and the view told of it now: what is measured is not how long it waits for it."""
    pods.store.publish(snapshot)
    view.redraw()


def _another(at: Snapshot, number: int) -> Snapshot:
    """An instant in which the first node is drained, or back."""
    node = next(iter(at.nodes.values()))
    service = Service.DRAINED if node.service is Service.IDLE else Service.IDLE
    changed = replace(node, scheduler=replace(node.scheduler, service=service))
    return replace(at, number=number, nodes=at.nodes | {node.name: changed})


def rss_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def plain_pod(count: int) -> Told:
    """Nodes in racks, as Slurm and a controller tell them, without GPUs' readings or a plant."""
    idle = SchedulerFacts(source="slurm.nodes", state=("IDLE",), service=Service.IDLE, gpus=8)
    names = [f"r{number // PER_RACK}-n{number % PER_RACK:02}" for number in range(count)]
    racks = [f"rack:r{number}" for number in range(-(-count // PER_RACK))]
    systems = {
        name: HardwareFacts(source="redfish", system=name, power=Power.ON, health=Severity.OK, power_w=4000.0)
        for name in names
    }
    components = tuple(Component(id=rack, kind=Kind.RACK, name=rack.partition(":")[2]) for rack in racks)
    edges = tuple(Edge(f"rack:{name.partition('-')[0]}", f"node:{name}", Relation.CONTAINS) for name in names)
    return Told(
        SchedulerNodes(dict.fromkeys(names, idle)),
        SchedulerJobs({}),
        SchedulerLayout({}, {}),
        HardwareInventory(systems, components, edges),
    )


async def everything(asked: argparse.Namespace) -> None:
    keys = 60 if asked.quick else 200
    sweeping = asyncio.create_task(sweep(lambda: 0.0))  # as on screen while somebody types
    for part in asked.parts:
        await {"table": table, "map": heat_map, "topology": topology, "views": views}[part](asked.count, keys)
        gc.unfreeze()
        gc.collect()
    sweeping.cancel()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="fewer keys")
    parser.add_argument("--parts", nargs="*", default=["table", "map", "topology", "views"])
    asyncio.run(everything(parser.parse_args()))


if __name__ == "__main__":
    main()
