"""Whole-process times of megapod's commands beside what an operator would have typed.

    python tests/bench/bench_commands.py            start-up alone
    python tests/bench/bench_commands.py --lab      and against a real Slurm pod, started for it (needs root)

Prints medians and ratios; asserts nothing. The peer with `ssh` pays a new connection a call, as megapod does.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from alternate import compare

MEGAPOD = [sys.executable, "-m", "console"]
POD = Path(__file__).parent.parent / "lab" / "pod"


def startup() -> None:
    """What every call pays before it does anything."""
    bare = [sys.executable, "-c", "pass"]
    compare("megapod --version", [*MEGAPOD, "--version"], "python -c pass", bare)
    compare("megapod --help", [*MEGAPOD, "--help"], "python -c pass", bare)
    compare("megapod drain --help", [*MEGAPOD, "drain", "--help"], "python -c pass", bare)


def lab(nodes: int) -> None:
    """Reads against a real pod, beside ssh and Slurm's own commands."""
    pod = json.loads(
        subprocess.run([sys.executable, POD, "up", f"--nodes={nodes}"], check=True, capture_output=True).stdout
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "config.toml"
            config.write_text(
                "[pods.lab.ssh]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in pod["ssh"].items())
            )
            env = {**os.environ, "MEGAPOD_CONFIG": str(config)}
            ssh = pod["ssh"]
            head = [
                "ssh",
                "-F",
                "none",
                "-p",
                str(ssh["port"]),
                "-i",
                ssh["identity"],
                "-o",
                f"UserKnownHostsFile={ssh['known_hosts']}",
                f"{ssh['user']}@{ssh['host']}",
            ]
            get = [*MEGAPOD, "get"]
            compare(
                "get nodes -o json",
                [*get, "nodes", "-o", "json"],
                "ssh head sinfo --json",
                [*head, "sinfo", "--json"],
                env=env,
            )
            compare(
                "get nodes -o json",
                [*get, "nodes", "-o", "json"],
                "ssh head scontrol -o show nodes",
                [*head, "scontrol", "-o", "show", "nodes"],
                env=env,
            )
            compare("get jobs", [*get, "jobs"], "ssh head squeue", [*head, "squeue"], env=env)
    finally:
        subprocess.run([sys.executable, POD, "down", pod["control"]], check=True)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lab", action="store_true", help="also against a real Slurm pod")
    parser.add_argument("--nodes", type=int, default=16)
    arguments = parser.parse_args()
    startup()
    if arguments.lab:
        lab(arguments.nodes)


if __name__ == "__main__":
    main()
