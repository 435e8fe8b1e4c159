"""The one table of a run of benchmarks: us beside a peer, or beside the goal, a line each.

A benchmark notes its lines as it goes; `run.py` names the file in `$MEGAPOD_BENCH_TABLE` and prints it at the end.
"""

import json
import os
from pathlib import Path

FILE = "MEGAPOD_BENCH_TABLE"


def note(what: str, ours: float, peer: str, theirs: float, unit: str) -> None:
    """One line; nothing where nobody collects them."""
    if file := os.environ.get(FILE):
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps([what, ours, peer, theirs, unit]) + "\n")


def table(file: Path) -> str:
    """All lines that were noted."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    shown = [("WHAT", "MEGAPOD", "BESIDE", "", "RATIO")]
    for what, ours, peer, theirs, unit in rows:
        ratio = f"{ours / theirs:.2f}" if theirs else "?"
        shown.append((what, f"{ours:.4g} {unit}", peer, f"{theirs:.4g} {unit}", ratio))
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in shown)
