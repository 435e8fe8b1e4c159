"""The first process of a pod's namespaces: brings the pod up, reports it, then takes orders until it is told to end.

When it ends the kernel kills everything in its pid namespace and drops its mounts, so no daemon, job step or session
can outlive a pod, whatever happened to whoever asked for it. It ends when its standard input does.
"""

import json
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import settings
from plan import CTLD_PORT, SSH_PORT, Plan
from units import Units

_BRING_UP_DEADLINE_S = 60.0
_REAP_EVERY_S = 0.5


def serve(plan: Plan) -> None:
    """Bring the pod up, print its endpoints as one line of JSON, obey."""
    settings.write_all(plan)
    _isolate(plan)
    units = Units(_environment(plan))
    _start_sshd(plan, units)
    if plan.slurm:
        _start_slurm(plan, units)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.fspath(plan.control))
    listener.listen()
    print(json.dumps(_endpoints(plan)), flush=True)
    _obey(plan, units, listener)


def _environment(plan: Plan) -> dict[str, str]:
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": os.environ.get("HOME", "/"),
        "LC_ALL": "C.UTF-8",
        "SLURM_CONF": os.fspath(plan.slurm_conf),
    }


def _isolate(plan: Plan) -> None:
    """Private /run (sshd wants a folder there), host name and hosts file, and no .bashrc, which bash reads over ssh."""
    mounts = [
        ["mount", "-t", "tmpfs", "-o", "nosuid,nodev,mode=755", "tmpfs", "/run"],
        ["mount", "--bind", os.fspath(plan.folder / "hosts"), "/etc/hosts"],
    ]
    bashrc = Path.home() / ".bashrc"
    if bashrc.exists():
        mounts.append(["mount", "--bind", "/dev/null", os.fspath(bashrc)])
    for command in [*mounts, ["hostname", plan.host_name]]:
        subprocess.run(command, check=True)
    Path("/run/sshd").mkdir()


def _start_sshd(plan: Plan, units: Units) -> None:
    units.add("sshd", ["/usr/sbin/sshd", "-D", "-e", "-f", f"{plan.folder}/ssh/sshd_config"], plan.log("sshd"))
    _wait(plan, units, "sshd", lambda: _listening(plan.head, SSH_PORT))


def _start_slurm(plan: Plan, units: Units) -> None:
    munge = plan.folder / "munge"
    paths = {"key-file": "munge.key", "socket": "munge.sock", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    options = [f"--{option}={munge}/{name}" for option, name in paths.items()]
    units.add("munged", ["/usr/sbin/munged", "-F", "--num-threads=2", *options], plan.log("munged"))
    _wait(plan, units, "munged", (munge / "munge.sock").exists)
    conf = os.fspath(plan.slurm_conf)
    units.add("slurmctld", ["/usr/sbin/slurmctld", "-D", "-f", conf], plan.log("slurmctld"))
    _wait(plan, units, "slurmctld", lambda: _listening(plan.head, CTLD_PORT))
    for name in plan.names:
        # In a uts namespace each: `srun hostname` says gpu001, and slurmd needs no -N guess from the head's name.
        units.add(name, ["/usr/sbin/slurmd", "-D", "-N", name, "-f", conf], plan.log(name), host_name=name)
    _wait(plan, units, "slurmd", lambda: _idle(plan) == plan.nodes)


def _idle(plan: Plan) -> int:
    shown = subprocess.run(
        ["scontrol", "-o", "show", "nodes"],
        env=_environment(plan),
        capture_output=True,
        text=True,
        check=False,
    )
    return len(re.findall(r" State=IDLE ", shown.stdout))


def _listening(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def _wait(plan: Plan, units: Units, what: str, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _BRING_UP_DEADLINE_S
    while not ready():
        dead = [name for name, alive in units.status().items() if not alive]
        if dead or time.monotonic() > deadline:
            name = dead[0] if dead else what
            log = plan.log(name)
            tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
            raise RuntimeError(f"{name} {'ended' if dead else 'is not ready'} while the pod came up: {tail}")
        time.sleep(0.02)  # the daemons announce nothing: asking them is all there is


def _endpoints(plan: Plan) -> dict[str, object]:
    return {
        "folder": os.fspath(plan.folder),
        "control": os.fspath(plan.control),
        "slurm_conf": os.fspath(plan.slurm_conf) if plan.slurm else "",
        "nodes": plan.names if plan.slurm else [],
        "ssh": {
            "host": plan.head,
            "port": SSH_PORT,
            "user": "root",
            "identity": os.fspath(plan.identity),
            "known_hosts": os.fspath(plan.known_hosts),
        },
    }


def _obey(plan: Plan, units: Units, listener: socket.socket) -> None:
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    while True:
        ready = {key.fileobj for key, _ in selector.select(_REAP_EVERY_S)}
        units.reap()
        if sys.stdin in ready and not os.read(sys.stdin.fileno(), 64):
            return
        if listener in ready:
            peer, _ = listener.accept()
            with peer, peer.makefile("rw") as lines:
                order = json.loads(lines.readline() or '["down"]')
                if order[0] == "down":
                    return
                lines.write(json.dumps(_answer(plan, units, order)) + "\n")


def _answer(plan: Plan, units: Units, order: list[str]) -> dict[str, object]:
    """Carry out one order; a mistake in it is an answer, not the end of the pod."""
    verbs: dict[str, Callable[[str], None]] = {
        "start": lambda unit: _restarted(plan, units, unit),
        "stop": units.stop,
        "kill": units.kill,
        "pause": lambda unit: units.signal(unit, signal.SIGSTOP),
        "cont": lambda unit: units.signal(unit, signal.SIGCONT),
        "rekey": lambda unit: _rekey(plan, units, unit),
    }
    verb, *arguments = order
    if verb == "status":
        return dict(units.status())
    if verb not in verbs or len(arguments) != 1 or arguments[0] not in units.status():
        return {"error": f"not an order of this pod: {order}"}
    try:
        verbs[verb](arguments[0])
    except (OSError, RuntimeError) as error:
        return {"error": str(error)}
    return {arguments[0]: units.up(arguments[0])}


def _restarted(plan: Plan, units: Units, unit: str) -> None:
    """Start a unit, and for the two that listen return only when they do."""
    units.start(unit)
    port = {"sshd": SSH_PORT, "slurmctld": CTLD_PORT}.get(unit)
    deadline = time.monotonic() + _BRING_UP_DEADLINE_S
    while port and not _listening(plan.head, port):
        if time.monotonic() > deadline or not units.up(unit):
            raise RuntimeError(f"{unit} does not listen: {plan.log(unit).read_text(errors='replace')[-500:]}")
        time.sleep(0.01)  # as in _wait


def _rekey(plan: Plan, units: Units, unit: str) -> None:
    """Give sshd another host key, as a reinstalled (or another) machine would have; known_hosts stays the old one."""
    units.kill(unit)
    settings.make_key(plan.host_key)
    _restarted(plan, units, unit)
