"""Whole-process times of megapod's commands beside what an operator would have typed.

    python tests/bench/bench_commands.py            start-up alone
    python tests/bench/bench_commands.py --lab      and against a real Slurm pod, started for it (needs root)

Prints medians and ratios; asserts nothing. The peer with `ssh` pays a new connection a call, as megapod does.

`--kubectl PROGRAM` (or one in the PATH) stands for tools that ask over HTTPS: its start-up alone, and `get nodes` from
a server that refuses, which is what it takes to have asked. Where there is none it is left out, and named.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from alternate import compare, run

MEGAPOD = [sys.executable, "-m", "console"]
ROUNDS = 5
POD = Path(__file__).parent.parent / "lab" / "pod"


def startup() -> None:
    """What every call pays before it does anything."""
    bare = [sys.executable, "-c", "pass"]
    from console.main import VERBS

    compare("megapod --version", [*MEGAPOD, "--version"], "python -c pass", bare)
    compare("megapod --help", [*MEGAPOD, "--help"], "python -c pass", bare)
    compare("megapod drain --help", [*MEGAPOD, "drain", "--help"], "python -c pass", bare)
    base = min(run(bare).cpu_s for _ in range(ROUNDS))
    over = {verb: min(run([*MEGAPOD, verb, "--help"]).cpu_s for _ in range(ROUNDS)) - base for verb in VERBS}
    worst = max(over, key=lambda verb: over[verb])
    print(f"VERB --help, {len(over)} verbs: {worst} costs the most, {over[worst] * 1e3:.0f} ms of CPU over bare python")


def kubectl(program: str) -> None:
    """A compiled tool of the same kind, from its start to a refused connection."""
    compare("megapod --version", [*MEGAPOD, "--version"], "kubectl version --client", [program, "version", "--client"])
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        # Nobody listens on port 1: both have asked, and were refused.
        config.write_text('[pods.none.ssh]\nhost = "127.0.0.1"\nport = 1\n')
        env = {"MEGAPOD_CONFIG": str(config), "KUBECONFIG": os.devnull}
        server = [program, "--server=https://127.0.0.1:1", "--request-timeout=5s", "get", "nodes"]
        get = [*MEGAPOD, "get", "nodes"]
        compare("get nodes, refused", get, "kubectl get nodes, refused", server, env=env, ends_well=False)


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
            env = {"MEGAPOD_CONFIG": str(config)}
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
    parser.add_argument("--kubectl", default=shutil.which("kubectl"), metavar="PROGRAM")
    arguments = parser.parse_args()
    startup()
    if arguments.kubectl:
        kubectl(arguments.kubectl)
    else:
        print("not here: kubectl")
    if arguments.lab:
        lab(arguments.nodes)


if __name__ == "__main__":
    main()
