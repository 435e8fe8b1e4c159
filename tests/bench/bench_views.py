"""What each view costs while its pod changes once a second, beside a stock DataTable of the same rows in the same run.

    python tests/bench/bench_views.py [--seconds 10] [--nodes 72] [--large 1000]

The whole console at a real pty of 80x24, on a pod whose answers are there already (`recorded.py`): bytes and CPU from
the merge of what it tells to the terminal. First each view of a pod of 72 nodes, of which 18 change each second; the
stock table shows the rows of the nodes view, alone and without chrome, and is measured before and after. Then the same
pod when nothing changes; then the CPU with 1,000 nodes. Prints, asserts nothing.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path

import msgspec
from recorded import POD, Told, grown, record, session
from terminal import Terminal, installed

VIEWS = (
    ("triage", b"1"),
    ("topology", b"2"),
    ("placement", b"3"),
    ("health", b"4"),
    ("nodes", b"5"),
    ("jobs", b"6"),
    ("operations", b"7"),
    ("events", b"8"),
    ("fleet", b"0"),
)
SETTLE_S = 2.5


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--nodes", type=int, default=72)
    parser.add_argument("--large", type=int, default=1000)
    parser.add_argument("--views", nargs="*", default=[name for name, _ in VIEWS])
    parser.add_argument("--child", choices=("screen", "stock"), help=argparse.SUPPRESS)
    parser.add_argument("--told", help=argparse.SUPPRESS)
    parser.add_argument("--still", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        (screen if asked.child == "screen" else stock)(asked.told, still=asked.still)
        return
    views = [view for view in VIEWS if view[0] in asked.views]
    told = record()
    with tempfile.TemporaryDirectory() as folder:
        small, large = (_kept(Path(folder), grown(told, count)) for count in (asked.nodes, asked.large))
        print(f"{asked.nodes} nodes, a quarter of them other each second, 80x24:")
        before = _stock(small, asked.seconds)
        found = _views(small, views, asked.seconds)
        tables = statistics.mean((before[0], _stock(small, asked.seconds)[0]))
        print(f"  {'DataTable of the nodes':24} {tables:6.0f} B/s")
        for name, (rate, share, _) in found.items():
            print(f"  {name:24} {rate:6.0f} B/s   {tables / max(rate, 1):5.1f} times fewer   {share * 100:4.1f} % CPU")
        print("the same pod when nothing changes:")
        still = _views(small, views, asked.seconds, still=True)
        print("  " + ", ".join(f"{name} {rate:.0f}" for name, (rate, _, _) in still.items()) + " B/s")
        print(f"{asked.large} nodes, a quarter of them other each second:")
        for name, (rate, share, rss) in _views(large, views, asked.seconds).items():
            print(f"  {name:24} {rate:6.0f} B/s   {share * 100:5.1f} % of a core   {rss:4.0f} MB")
        rate, share, rss = _stock(large, asked.seconds)
        print(f"  {'DataTable of the nodes':24} {rate:6.0f} B/s   {share * 100:5.1f} % of a core   {rss:4.0f} MB")


def _kept(folder: Path, told: Told) -> Path:
    path = folder / f"{len(told.nodes.nodes)}.json"
    path.write_bytes(msgspec.json.encode(told))
    return path


def _child(what: str, told: Path, *, still: bool = False) -> Terminal:
    argv = [sys.executable, __file__, "--child", what, "--told", str(told), *(["--still"] if still else [])]
    return Terminal(argv, {**installed(), "TEXTUAL_COLOR_SYSTEM": "truecolor", "XDG_STATE_HOME": str(told.parent)})


Cost = tuple[float, float, float]
"""Bytes a second, CPU as a share of a core, resident MB."""


def _cost(terminal: Terminal, seconds: float) -> Cost:
    terminal.count(SETTLE_S)
    before = terminal.cpu_s()
    rate = terminal.count(seconds) / seconds
    return rate, (terminal.cpu_s() - before) / seconds, terminal.rss_mb()


def _stock(told: Path, seconds: float) -> Cost:
    with _child("stock", told) as terminal:
        terminal.until(b"austin-r1-n01", 60)
        return _cost(terminal, seconds)


def _views(told: Path, views: list[tuple[str, bytes]], seconds: float, *, still: bool = False) -> dict[str, Cost]:
    found: dict[str, Cost] = {}
    with _child("screen", told, still=still) as terminal:
        terminal.until(b"live", 60)
        for name, key in views:
            terminal.type(key)
            found[name] = _cost(terminal, seconds)
    return found


def _told(path: str) -> Told:
    return msgspec.json.decode(Path(path).read_bytes(), type=Told)


def screen(path: str, *, still: bool) -> None:
    """The console on a recorded pod."""
    from console.tui.environment import Appearance, prepare

    prepare(os.environ)
    from console.tui.app import MegapodApp
    from console.tui.run import run

    pods = {POD: _told(path)}
    config = session(pods).config
    asyncio.run(run(MegapodApp(config, Appearance(), lambda _: session(pods, still=still))))


def stock(path: str, *, still: bool) -> None:
    """A DataTable of the nodes of the same pod, each cell that differs updated: a module, since it imports textual."""
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    from stock_table import Stock

    Stock(session({POD: _told(path)}, still=still)).run()


if __name__ == "__main__":
    main()
