"""The process outside a pod's namespaces: makes them, waits for the pod to end, deletes its folder.

The caller holds a pipe whose other end is the standard input of keeper and pod alike. When the caller dies, also by
SIGKILL, the pod reads the end of it and ends, and the keeper deletes the folder; nothing relies on recorded pids. Only
after a killed keeper does a folder stay behind.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from plan import Plan, claim_slot

MAIN = Path(__file__).with_name("__main__.py")


def keep(nodes: int, *, slurm: bool, cloud: int = 0) -> int:
    """Run one pod until it ends. Its endpoints, or an error, go to standard output as one line of JSON."""
    slot, lock = claim_slot()
    folder = Path(tempfile.mkdtemp(prefix="megapod-lab-"))
    folder.chmod(0o755)
    plan = Plan(folder=folder, slot=slot, nodes=nodes, slurm=slurm, cloud=cloud)
    values = json.dumps(asdict(plan) | {"folder": os.fspath(folder)})
    # --kill-child: the pod also ends when unshare, its parent, is killed.
    namespaces = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
    try:
        with lock:
            return subprocess.run(
                [*namespaces, sys.executable, os.fspath(MAIN), "serve", values], check=False
            ).returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def plan_of(values: str) -> Plan:
    """The plan a keeper wrote."""
    fields = json.loads(values)
    return Plan(**(fields | {"folder": Path(fields["folder"])}))
