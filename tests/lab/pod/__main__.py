"""A real pod on loopback: munged, slurmctld, slurmd on every node, sshd. For tests, benchmarks and screenshots.

    python tests/lab/pod up            start one, print its endpoints as JSON, leave it running
    python tests/lab/pod keep          the same, but it ends with the caller (when standard input ends)
    python tests/lab/pod ctl CONTROL VERB UNIT    start, stop, kill, pause, cont, rekey; or just: status
    python tests/lab/pod down CONTROL  end it; nothing stays

`CONTROL` is the socket that the endpoints name. Needs root (namespaces) and Debian's slurmctld, slurmd, slurm-client,
munge and openssh-server.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from keeper import keep, plan_of
from serve import serve

_DOWN_DEADLINE_S = 30.0


def order(control: str, words: list[str]) -> dict[str, object]:
    """Send one order to a running pod."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(control)
        with peer.makefile("rw") as lines:
            lines.write(json.dumps(words) + "\n")
            lines.flush()
            answer = lines.readline()
    return json.loads(answer) if answer else {}


def up(arguments: argparse.Namespace) -> int:
    """Start a pod that outlives us: its keeper's input is a pipe that the keeper itself holds open."""
    reader, writer = os.pipe()
    command = [sys.executable, __file__, "keep", f"--nodes={arguments.nodes}", f"--cloud={arguments.cloud}"]
    command += ["--no-slurm"] * arguments.no_slurm
    keeper = subprocess.Popen(
        command,
        stdin=reader,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=[writer],
        start_new_session=True,
    )
    line = keeper.stdout.readline().decode()
    sys.stdout.write(line or '{"error": "the pod did not come up"}\n')
    sys.stdout.flush()
    os._exit(0 if line and "error" not in json.loads(line) else 1)  # the keeper is meant to outlive us: no waiting


def down(control: str) -> int:
    """End a pod and wait until its folder is gone."""
    order(control, ["down"])
    deadline = time.monotonic() + _DOWN_DEADLINE_S
    while Path(control).parent.exists():
        if time.monotonic() > deadline:
            return 1
        time.sleep(0.02)  # the keeper is no child of ours: its folder going is its last act
    return 0


def main() -> int:
    """Dispatch one sub-command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "keep"):
        sub = commands.add_parser(name)
        sub.add_argument("--nodes", type=int, default=16)
        sub.add_argument("--cloud", type=int, default=0, help="so many more, without a daemon")
        sub.add_argument("--no-slurm", action="store_true", help="sshd alone")
    commands.add_parser("serve").add_argument("plan")
    commands.add_parser("down").add_argument("control")
    ctl = commands.add_parser("ctl")
    ctl.add_argument("control")
    ctl.add_argument("words", nargs="+")
    arguments = parser.parse_args()
    if arguments.command == "up":
        return up(arguments)
    if arguments.command == "keep":
        return keep(arguments.nodes, slurm=not arguments.no_slurm, cloud=arguments.cloud)
    if arguments.command == "down":
        return down(arguments.control)
    if arguments.command == "ctl":
        print(json.dumps(order(arguments.control, arguments.words)))
        return 0
    try:
        serve(plan_of(arguments.plan))
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
