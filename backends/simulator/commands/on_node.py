"""The command line of a simulated node: words, and the few commands that tell how it is."""

import shlex

from backends.simulator.commands.answer import Answer
from backends.simulator.commands.journalctl import journalctl
from backends.simulator.gpu import MODEL
from backends.simulator.world import World

KNOWN = "Here are:\nhostname, nvidia-smi -L, journalctl, cat /proc/uptime"
_WRAPPED = ("sh", "-c")
_ARGV_AT = 4
"""`sh -c SCRIPT NAME ARGV…`: a guard around a command, as careful clients have it. What is run is the command."""


def run_on_node(world: World, name: str, line: str) -> Answer:
    """Answer one command line of a node."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        return Answer(status=2, stderr=f"sh: {error}\n")
    if tuple(words[:2]) == _WRAPPED and len(words) > _ARGV_AT:
        words = words[_ARGV_AT:]
    if not words or words == ["true"]:
        return Answer()
    node = world.nodes[name]
    if words[0].rpartition("/")[2] == "journalctl":
        return journalctl(world, node, words[1:])
    answers = {
        ("false",): Answer(status=1),
        ("hostname",): Answer(stdout=f"{name}\n"),
        ("nvidia-smi", "-L"): Answer(
            stdout="".join(f"GPU {gpu.index}: {MODEL} (UUID: GPU-{gpu.uuid})\n" for gpu in node.gpus if gpu.answers)
        ),
        ("cat", "/proc/uptime"): Answer(stdout=f"{world.now_s - node.booted_s:.2f} 0.00\n"),
    }
    return answers.get(tuple(words)) or Answer(status=127, stderr=f"sh: 1: {words[0]}: not found\n")
