"""What a person does next with a node that did not get there: one line, with the command that goes on from there."""

from console.operations.result import Outcome
from console.operations.step import Do

_MENDED = frozenset({Outcome.FAILED, Outcome.TIMED_OUT, Outcome.UNKNOWN})
"""Ends that are the node's own: a conflict or a refusal says by itself what lifts it."""
_BY_STAGE = {
    Do.FIRMWARE: "update its firmware, then {retry}",
    Do.MEDIA: "see its controller's virtual drive, then {retry}",
    Do.EJECT: "eject the image by hand, or {retry}",
    Do.BOOT_FROM: "see its controller's boot settings, then {retry}",
    Do.BOOT_NORMALLY: "see its controller's boot settings, or {retry}",
    Do.BOOTED: "see its console and `megapod logs {node}`; mended, {retry} starts it anew",
    Do.REACHED: "see its console and network; {retry} asks again",
    Do.PARTS: "reseat or replace the part, then {retry} counts again",
    Do.JOINED: "see slurmd on it, then {retry}",
}


def remedy(operation: str, node: str, do: Do, outcome: Outcome) -> str:
    """What to do next; "" where the evidence says it, or where there is nothing to do."""
    retry = f"`megapod ops retry {operation} --nodes {node}`"
    if outcome is Outcome.NOT_REACHED:
        return f"its turn never came: {retry} goes on with it"
    text = _BY_STAGE.get(do, "") if outcome in _MENDED else ""
    return text.format(retry=retry, node=node)
