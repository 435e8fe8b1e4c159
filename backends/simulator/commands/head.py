"""The command line of the simulated head node. No shell: words, an `env` in front, and the commands we have."""

import re
import shlex

from backends.simulator.commands.answer import VERSION, Answer
from backends.simulator.commands.job_output import READERS
from backends.simulator.commands.scontrol import ping_down, scontrol
from backends.simulator.commands.sinfo import sinfo
from backends.simulator.commands.squeue import squeue
from backends.simulator.commands.stamp import Stamp
from backends.simulator.world import World

DEAD_CONTROLLER_S = 9.0
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_NO_CONTROLLER = "Unable to contact slurm controller (connect failure)"
_SLURM = {"scontrol": scontrol, "squeue": squeue, "sinfo": sinfo}


def run_command(world: World, line: str) -> Answer:
    """Answer one command line, split as a POSIX shell would and then run as words."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        return Answer(status=2, stderr=f"sh: {error}\n")
    env, words = _environment(words)
    if not words:
        return Answer()
    name, rest = words[0].rpartition("/")[2], words[1:]
    if name in _SLURM:
        return _slurm(world, name, rest, env)
    if name in READERS:
        return READERS[name](world, rest)
    plain = {
        "hostname": Answer(stdout=f"{world.shape.head}\n"),
        "true": Answer(),
        "false": Answer(status=1),
    }
    return plain.get(name) or Answer(status=127, stderr=f"sh: 1: {words[0]}: not found\n")


def _environment(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """The assignments in front of a command, with or without an `env`, and the command."""
    env: dict[str, str] = {}
    if words[:1] == ["env"]:
        words = words[1:]
    while words and (match := _ASSIGNMENT.fullmatch(words[0])):
        env[match["name"]] = match["value"]
        words = words[1:]
    return env, words


def _slurm(world: World, name: str, words: list[str], env: dict[str, str]) -> Answer:
    if words in (["--version"], ["-V"]):
        return Answer(stdout=f"slurm {VERSION}\n")
    if "slurmctld" in world.outages and not _needs_no_controller(name, words):
        return _no_controller(world, name, words)
    return _SLURM[name](world, words, Stamp(world, env))


def _needs_no_controller(name: str, words: list[str]) -> bool:
    return name == "scontrol" and words[:2] in (["show", "hostnames"], ["show", "hostlist"])


def _no_controller(world: World, name: str, words: list[str]) -> Answer:
    """What each command says of a dead slurmctld: the ping at once, everything else after its retries."""
    plain = [word for word in words if not word.startswith("-")]
    if name == "scontrol" and plain[:1] == ["ping"]:
        return ping_down(world)
    if name == "squeue":
        what = "slurm_load_jobs error"
    elif name == "sinfo":
        what = "slurm_load_partitions"
    else:
        entity = plain[1].removesuffix("s") if plain[:1] == ["show"] and len(plain) > 1 else ""
        what = {"job": "slurm_load_jobs error", "node": "slurm_load_node error"}.get(
            entity, "slurm_load_ctl_conf error"
        )
        what = "slurm_update error" if plain[:1] == ["update"] else what
    return Answer(status=1, stderr=f"{what}: {_NO_CONTROLLER}\n", after_s=DEAD_CONTROLLER_S)
