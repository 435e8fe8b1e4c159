"""What each view costs while its pod changes once a second, beside a stock DataTable of the same rows in the same run.

    python tests/bench/bench_views.py [--seconds 10] [--nodes 72] [--large 1000] [--usual]

The whole console at a real pty of 80x24, on a pod whose answers are there already (`recorded.py`): bytes and CPU from
the merge of what it tells to the terminal. First each view of a pod of 72 nodes, of which 18 change each second; the
stock table shows the rows of the nodes view, alone and without chrome, and is measured before and after. Then the same
pod when nothing changes; then the CPU with 1,000 nodes. With `--usual` each source is asked as often as a config that
says nothing has it (scheduler every 2 s, controllers every 20 s), and the same pod is measured in a still minute and
in one of changes: bytes of the whole of it (`--seconds 60`). Prints, asserts nothing.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path

import msgspec
from beside import note
from recorded import POD, USUAL_S, Told, grown, record, session
from terminal import Terminal, installed

from console.state.session import Session

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
    parser.add_argument("--usual", action="store_true", help="at the default intervals; bytes in all")
    parser.add_argument("--child", choices=("screen", "stock"), help=argparse.SUPPRESS)
    parser.add_argument("--told", help=argparse.SUPPRESS)
    parser.add_argument("--still", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        if asked.child == "screen":
            screen(asked.told, still=asked.still, usual=asked.usual)
        else:
            stock(asked.told, still=asked.still)
        return
    views = [view for view in VIEWS if view[0] in asked.views]
    told = record()
    with tempfile.TemporaryDirectory() as folder:
        small, large = (_kept(Path(folder), grown(told, count)) for count in (asked.nodes, asked.large))
        if asked.usual:
            _usually({asked.nodes: small, asked.large: large}, views, asked.seconds)
            return
        print(f"{asked.nodes} nodes, a quarter of them other each second, 80x24:")
        before = _stock(small, asked.seconds)
        found = _views(small, views, asked.seconds)
        tables = statistics.mean((before[0], _stock(small, asked.seconds)[0]))
        print(f"  {'DataTable of the nodes':24} {tables:6.0f} B/s")
        for name, (rate, share, _) in found.items():
            note(f"{name}, {asked.nodes} nodes", rate, "Textual's DataTable", tables, "B/s")
            print(f"  {name:24} {rate:6.0f} B/s   {tables / max(rate, 1):5.1f} times fewer   {share * 100:4.1f} % CPU")
        print("the same pod when nothing changes:")
        still = _views(small, views, asked.seconds, still=True)
        print("  " + ", ".join(f"{name} {rate:.0f}" for name, (rate, _, _) in still.items()) + " B/s")
        print(f"{asked.large} nodes, a quarter of them other each second:")
        for name, (rate, share, rss) in _views(large, views, asked.seconds).items():
            print(f"  {name:24} {rate:6.0f} B/s   {share * 100:5.1f} % of a core   {rss:4.0f} MB")
        rate, share, rss = _stock(large, asked.seconds)
        print(f"  {'DataTable of the nodes':24} {rate:6.0f} B/s   {share * 100:5.1f} % of a core   {rss:4.0f} MB")


def _usually(pods: dict[int, Path], views: list[tuple[str, bytes]], seconds: float) -> None:
    """Bytes in all, and CPU, at the default intervals."""
    for count, told in pods.items():
        for still in (True, False):
            state = "nothing changes" if still else "a quarter is other at each look"
            print(f"{count} nodes, scheduler every {USUAL_S[0]:.0f} s, controllers every {USUAL_S[1]:.0f} s, {state}:")
            for name, (rate, share, _) in _views(told, views, seconds, still=still, usual=True).items():
                print(f"  {name:24} {rate * seconds:6.0f} B in {seconds:.0f} s   {share * 100:4.1f} % of a core")


def _kept(folder: Path, told: Told) -> Path:
    path = folder / f"{len(told.nodes.nodes)}.json"
    path.write_bytes(msgspec.json.encode(told))
    return path


def _child(what: str, told: Path, *, still: bool = False, usual: bool = False) -> Terminal:
    how = [word for word, wanted in (("--still", still), ("--usual", usual)) if wanted]
    argv = [sys.executable, __file__, "--child", what, "--told", str(told), *how]
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


def _views(
    told: Path, views: list[tuple[str, bytes]], seconds: float, *, still: bool = False, usual: bool = False
) -> dict[str, Cost]:
    found: dict[str, Cost] = {}
    with _child("screen", told, still=still, usual=usual) as terminal:
        terminal.until(b"live", 60)
        for name, key in views:
            terminal.type(key)
            found[name] = _cost(terminal, seconds)
    return found


def _told(path: str) -> Told:
    return msgspec.json.decode(Path(path).read_bytes(), type=Told)


def screen(path: str, *, still: bool, usual: bool) -> None:
    """The console on a recorded pod."""
    from console.tui.environment import Appearance, prepare

    prepare(os.environ)
    from console.tui.app import MegapodApp
    from console.tui.run import run

    pods = {POD: _told(path)}
    every_s, hardware_every_s = USUAL_S if usual else (1.0, None)

    def opened() -> Session:
        return session(pods, still=still, every_s=every_s, hardware_every_s=hardware_every_s)

    asyncio.run(run(MegapodApp(opened().config, Appearance(), lambda _: opened())))


def stock(path: str, *, still: bool) -> None:
    """A DataTable of the nodes of the same pod, each cell that differs updated: a module, since it imports textual."""
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    from stock_table import Stock

    Stock(session({POD: _told(path)}, still=still)).run()


if __name__ == "__main__":
    main()
