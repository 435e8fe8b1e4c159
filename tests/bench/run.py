"""The benchmarks by one command: each in turn, and which of them failed.

    python tests/bench/run.py                 every one, the slow ones included (minutes)
    python tests/bench/run.py --quick         fewer rounds
    python tests/bench/run.py table screen    these alone

Each is a script of its own beside this file and prints medians, with the ratio to its peer where it has one. At the end
all that stand beside a peer, or a goal, are one table; a script that fails is named below it, and the status is 1.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from beside import FILE, table

HERE = Path(__file__).parent
USUAL = {"commands": ("--lab",), "redfish_crawl": ("--pod=2x18x8", "--runs=1")}
"""What one cannot do without."""
QUICK = {
    "deadline": ("--rounds=1",),
    "exec": ("--nodes=32", "--rounds=1"),
    "fleet": ("--pods=2", "--nodes=100", "--seconds=15"),
    "polling": ("--nodes=500", "--jobs=500", "--rounds=2"),
    "journal": ("--events=10000", "--rounds=3"),
    "large": ("--quick",),
    "merge": ("--rounds=8",),
    "screen": ("--rounds=2", "--seconds=8"),
    "table": ("--rounds=1", "--seconds=4"),
    "views": ("--seconds=4",),
}
"""What makes one short. A script that is not here runs as it is."""


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def main() -> int:
    """Run them, in turn: two at once would measure each other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, smaller pods")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - set(names())):
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(names())}")
    failed = []
    with tempfile.NamedTemporaryFile(prefix="megapod-bench-", suffix=".jsonl") as lines:
        for name in arguments.names or names():
            words = (*USUAL.get(name, ()), *(QUICK.get(name, ()) if arguments.quick else ()))
            print(f"== {name} {' '.join(words)}".rstrip(), flush=True)
            began_s = time.monotonic()
            argv = [sys.executable, HERE / f"bench_{name}.py", *words]
            if subprocess.run(argv, check=False, env=os.environ | {FILE: lines.name}).returncode:
                failed.append(name)
            print(f"   {time.monotonic() - began_s:.0f} s\n", flush=True)
        print(table(Path(lines.name)))
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
