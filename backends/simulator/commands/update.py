"""`scontrol update nodename=...`: drain, resume, undrain and down, with the refusals of the real one."""

import re

from backends.simulator.commands.answer import Answer, refusal
from backends.simulator.folding import unfold
from backends.simulator.node import SimNode
from backends.simulator.world import World

_NEEDS_REASON = ("DRAIN", "DOWN", "FAIL")
_NO_KEY = (
    "No valid entity in update command\n"
    'Input line must include "NodeName", "PartitionName", "Reservation", "JobId", or "SlurmctldDebug"'
)
_BAD_STATE = (
    "Invalid input: state={}\nRequest aborted\n"
    "Valid states are: NoResp DRAIN FAIL FUTURE RESUME POWER_DOWN POWER_UP UNDRAIN\n"
    "Not all states are valid given a node's prior state"
)


def update(world: World, words: list[str]) -> Answer:
    """Change nodes. One bad name, or one node in the wrong state, is status 1; the others are changed all the same."""
    given = {key.lower(): value for key, _, value in (word.partition("=") for word in words)}
    if "nodename" not in given:
        return refusal(_NO_KEY)
    reason, state = _reason(given.get("reason", "")), given.get("state", "").upper()
    if state not in ("DRAIN", "DOWN", "RESUME", "UNDRAIN", ""):
        return refusal(_BAD_STATE.format(given["state"]))
    if state in _NEEDS_REASON and not reason:
        return refusal("You must specify a reason when DOWNING or DRAINING a node. Request denied")
    names = tuple(world.nodes) if given["nodename"].upper() == "ALL" else unfold(given["nodename"])
    refused = "" if names else "Invalid node name specified"
    for name in names:
        node = world.nodes.get(name)
        if node is None:
            refused = "Invalid node name specified"
        elif not _change(world, node, state, reason):
            refused = refused or "Invalid node state specified"
    return refusal(f"slurm_update error: {refused}") if refused else Answer()


def _change(world: World, node: SimNode, state: str, reason: str) -> bool:
    if state == "DRAIN":
        world.scheduler.drain(node, reason)
    elif state == "DOWN":
        world.scheduler.set_down(node, reason)
    elif state == "UNDRAIN":
        world.scheduler.undrain(node)
    elif state == "RESUME":
        if not world.scheduler.resume(node):
            return False
        if not node.responding:
            world.power.ping(node)
    elif reason:
        world.scheduler.write_reason(node, reason, "root")
    return True


def _reason(text: str) -> str:
    """As scontrol keeps it: a leading and a closing quote go, and what follows a newline is lost."""
    return re.split(r"[\r\n]", text.removeprefix('"').removesuffix('"'), maxsplit=1)[0]
