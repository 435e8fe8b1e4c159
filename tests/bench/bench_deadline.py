"""How late each verb ends that was given a `--deadline`, with pods that hang among one that answers.

    python tests/bench/bench_deadline.py                     each verb at 1 s and at 3 s
    python tests/bench/bench_deadline.py --load 4            while so many other processes want the machine
    python tests/bench/bench_deadline.py watch logs          these verbs alone

The pods: one that answers, one whose controller hangs, one whose sshd and controller take connections and never say a
word, one that loses what is sent to it. The goal is 100 ms. A verb that ends sooner by itself is early, and not late.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backends.transport.child import Child

NODE = "austin-r1-n01"
HUNG = "boden-r1-n01"
VERBS = {
    "get": ("get", "nodes", "-o", "json"),
    "get findings": ("get", "findings"),
    "describe": ("describe", NODE),
    "blast": ("blast", NODE),
    "findings": ("findings", "list"),
    "drain": ("drain", HUNG, "--reason", "x", "--dry-run"),
    "resume": ("resume", HUNG, "--dry-run"),
    "cordon": ("cordon", HUNG, "--reason", "x", "--dry-run"),
    "hold": ("hold", HUNG, "--reason", "x", "--dry-run"),
    "release": ("release", HUNG, "--dry-run"),
    "power": ("power", "off", HUNG, "--dry-run"),
    "provision": ("provision", HUNG, "--profile", "p", "--reason", "x", "--dry-run"),
    "exec": ("exec", HUNG, "--pod", "boden", "--", "sleep", "60"),
    "logs": ("logs", HUNG),
    "logs --follow": ("logs", NODE, "--follow"),
    "wait": ("wait", NODE, "--for", "state=down"),
    "watch": ("watch", "nodes"),
    "watch jobs": ("watch", "jobs"),
    "events": ("events", "--follow"),
    "check": ("check", "boden"),
    "doctor": ("doctor",),
    "pod add": ("pod", "add", "https://127.0.0.1:{silent}"),
    "screenshots": ("screenshots", "nodes", "--to", "{folder}"),
}


@contextmanager
def pods(folder: Path) -> Iterator[tuple[Path, int]]:
    """The config of the pods, and the port that never says a word."""
    config = folder / "config.toml"
    words = ["--pods=2", "--racks=1", "--nodes=4", "--gpus=2", "--fault=bmc-hang:boden"]
    argv = [sys.executable, "-m", "console", "simulate", *words, f"--write-config={config}", "--exit-with-parent"]
    with (
        Child(argv, name="the simulated pods") as child,
        socket.create_server(("127.0.0.1", 0), backlog=256) as silent,
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.create_connection(full.getsockname()),  # the one it keeps: what comes next is not even refused
    ):
        child.ready(60.0)
        port = silent.getsockname()[1]
        text = config.read_text().replace("read_only = true", "read_only = false")
        for name, at in (("dark", port), ("lost", full.getsockname()[1])):
            text += f'\n[pods.{name}.ssh]\nhost = "127.0.0.1"\nport = {at}\n'
            text += f'[pods.{name}.redfish]\nurl = "https://127.0.0.1:{at}/redfish/v1"\n'
        config.write_text(f'{text}\n[profiles.p]\nboot = "pxe"\n')
        yield config, port


def late_s(words: list[str], deadline_s: float, env: dict[str, str]) -> tuple[float, int]:
    """How long after the deadline a run ended, and its code."""
    began_s = time.perf_counter()
    argv = [sys.executable, "-m", "console", "--deadline", f"{deadline_s:g}s", *words]
    done = subprocess.run(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return time.perf_counter() - began_s - deadline_s, done.returncode


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes that want a core each."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verbs", nargs="*", metavar="VERB", help=f"of {', '.join(VERBS)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--load", type=int, default=0, metavar="PROCESSES")
    arguments = parser.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory() as text, pods(Path(text)) as (config, silent), busy(arguments.load):
        places = {"MEGAPOD_CONFIG": str(config), "XDG_STATE_HOME": text, "XDG_CACHE_HOME": text}
        env = {**os.environ, **places}
        print(f"{'late, ms: median and worst':<28} {'at 1 s':>18} {'at 3 s':>18}")
        for verb in arguments.verbs or VERBS:
            words = [word.format(silent=silent, folder=text) for word in VERBS[verb]]
            cells = []
            for deadline_s in (1.0, 3.0):
                runs = [late_s(words, deadline_s, env) for _ in range(arguments.rounds)]
                times = [late for late, _ in runs]
                worst = max(worst, *times)
                cells.append(f"{statistics.median(times) * 1e3:6.0f} {max(times) * 1e3:6.0f} ({runs[-1][1]})")
            print(f"{verb:<28} {cells[0]:>18} {cells[1]:>18}", flush=True)
    print(f"worst: {worst * 1e3:.0f} ms after the deadline (load average {os.getloadavg()[0]:.1f})")


if __name__ == "__main__":
    main()
