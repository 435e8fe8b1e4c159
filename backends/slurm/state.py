"""Slurm's compound node state, and what an operator calls it.

A state is a base (IDLE, MIXED, ALLOCATED, DOWN, UNKNOWN ...) with flags over it, DRAIN among them, in no fixed order.
The compound is kept whole; one pure function says what it means for service.
"""

import re

from backends.model.node import Service

NOT_RESPONDING = "NOT_RESPONDING"

# What sinfo and older scontrol append to a word (sinfo(1), NODE STATE CODES).
_SUFFIXES = {
    "*": NOT_RESPONDING,
    "~": "POWERED_DOWN",
    "#": "POWERING_UP",
    "!": "POWER_DOWN",
    "%": "POWERING_DOWN",
    "$": "MAINTENANCE",
    "@": "REBOOT_REQUESTED",
    "^": "REBOOT_ISSUED",
    "-": "PLANNED",
}
_BASES = ("IDLE", "MIXED", "ALLOCATED", "DOWN", "ERROR", "FUTURE", "UNKNOWN")
_BUSY = frozenset({"MIXED", "ALLOCATED", "COMPLETING"})
_HARMLESS = frozenset(
    {
        "CLEARED",
        "CLOUD",
        "COMPLETING",
        "DYNAMIC_FUTURE",
        "DYNAMIC_NORM",
        "EXTERNAL",
        "MAINTENANCE",
        NOT_RESPONDING,
        "PERFCTRS",
        "PLANNED",
        "POWERED_DOWN",
        "POWERING_DOWN",
        "POWERING_UP",
        "POWER_DOWN",
        "POWER_DRAIN",
        "POWER_UP",
        "REBOOT_CANCELED",
        "REBOOT_REQUESTED",
        "RESERVED",
    }
)
_OUT_OF_SERVICE = frozenset(
    {"DRAIN", "DOWN", "ERROR", "FAIL", "INVALID_REG", "REBOOT_ISSUED", "REBOOT_REQUESTED", "POWER_DRAIN"}
)
_KNOWN = _HARMLESS | _OUT_OF_SERVICE | frozenset(_BASES)
_POWERED_DOWN = frozenset({"POWERED_DOWN", "POWERING_DOWN", "POWER_DOWN"})


def compound(text: str) -> tuple[str, ...]:
    """The words of `MIXED+DRAIN`, `IDLE*` or `down$+DRAIN`: upper case, base first, each once."""
    words: list[str] = []
    for part in text.upper().split("+"):
        word = part.rstrip("".join(_SUFFIXES))
        words.append(word)
        words.extend(_SUFFIXES[sign] for sign in part[len(word) :])
    return ordered(words)


def ordered(words: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The words with the base first, each once, cleaned of anything that is not a word."""
    plain = [re.sub(r"[^A-Z0-9_]", "", word.upper()) for word in words]
    known = dict.fromkeys("MAINTENANCE" if word == "MAINT" else word for word in plain if word)
    base = [word for word in known if word in _BASES]
    return (*base, *(word for word in known if word not in _BASES))


def responding(state: tuple[str, ...]) -> bool:
    """Whether slurmctld hears from the node's slurmd."""
    return NOT_RESPONDING not in state


def keeps_reason(state: tuple[str, ...]) -> bool:
    """Whether a reason belongs to this state. Slurm 24.11 keeps the old one after RESUME; it explains nothing then."""
    return not _OUT_OF_SERVICE.isdisjoint(state)


def service(state: tuple[str, ...]) -> Service:
    """The operator's word for a compound state. A word nobody knows is UNKNOWN, never healthy."""
    words = frozenset(state)
    closed = _closed(words)
    if closed is not None:
        return closed
    if not words <= _KNOWN or words.isdisjoint(_BASES) or words & {"UNKNOWN", "FUTURE"}:
        return Service.UNKNOWN
    return _open(words)


def _closed(words: frozenset[str]) -> Service | None:
    """What keeps work away whatever else is said, the strongest first."""
    if "REBOOT_ISSUED" in words:
        return Service.REBOOTING
    if words & {"DOWN", "ERROR"}:
        return Service.DOWN
    if words & {"FAIL", "INVALID_REG"}:
        return Service.FAILED
    if "DRAIN" not in words:
        return None
    if words & _BUSY:
        return Service.DRAINING
    # UNKNOWN+DRAIN is a node that has not registered since slurmctld started: it may well run jobs.
    return Service.DRAINED if "IDLE" in words else Service.UNKNOWN


def _open(words: frozenset[str]) -> Service:
    """What a node that is not closed does now: the first that applies."""
    ranks = (
        ({"MAINTENANCE"}, Service.MAINTENANCE),
        ({"MIXED"}, Service.MIXED),
        ({"COMPLETING"}, Service.COMPLETING),
        ({"ALLOCATED"}, Service.ALLOCATED),
        ({"POWERING_UP"}, Service.REBOOTING),
        (_POWERED_DOWN, Service.POWERED_DOWN),
        ({"RESERVED"}, Service.RESERVED),
    )
    return next((word for flags, word in ranks if words & flags), Service.IDLE)
