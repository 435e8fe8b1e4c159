"""What a node must show before it is given back to the scheduler: a gate, as `[gates.NAME]` of the config has it.

A pod may require one (`gate = "NAME"` under its table). Pure: a gate and a node's facts give what is wrong with it.
"""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from backends.model.node import HardwareFacts

GATE_S = 3600.0


class Gate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Checks of one node; what is None or empty is not looked at.

    `gpus`: that many are there. `ecc_uncorrectable`: no GPU has counted more uncorrectable errors than that (lifetime,
    as its controller counts). `links`: that many NVLinks of the node are trained. `command` runs on the node by SSH and
    must exit with 0 within `command_s`: it may run again after a lost connection, so it must only look. `{node}` in
    it is the node's name. `patience_s`: how long a node may take until it has answered everything.
    """

    gpus: int | None = None
    ecc_uncorrectable: int | None = None
    links: int | None = None
    command: tuple[str, ...] = ()
    command_s: float = 60.0
    patience_s: float = 180.0

    @property
    def hardware(self) -> bool:
        """Whether a controller must be asked."""
        return any(limit is not None for limit in (self.gpus, self.ecc_uncorrectable, self.links))

    def problem(self) -> str:
        """What is wrong with it, as `key: why`; empty when nothing is."""
        for key in ("gpus", "ecc_uncorrectable", "links"):
            limit = getattr(self, key)
            if limit is not None and limit < 0:
                return f"{key}: {limit} must be 0 or more"
        for key in ("command_s", "patience_s"):
            if not 0 < getattr(self, key) <= GATE_S:
                return f"{key}: {getattr(self, key):g} must be above 0 and at most {GATE_S:g} seconds"
        if not self.hardware and not self.command:
            return "checks nothing; give gpus, ecc_uncorrectable, links or command"
        if self.command and not self.command[0]:
            return 'command: its first word must name a program, as in ["dcgmi", "diag", "-r", "1"]'
        return ""

    def argv(self, node: str) -> tuple[str, ...]:
        """The command for one node."""
        return tuple(word.replace("{node}", node) for word in self.command)


class Reading(Struct, frozen=True):
    """One check of one node. `ok` is None where it cannot be told now: that is never passed."""

    text: str
    ok: bool | None


def readings(gate: Gate, facts: HardwareFacts | None) -> Iterator[Reading]:
    """What a controller's facts say to each check that asks for them."""
    if not gate.hardware:
        return
    if facts is None or facts.missing_since is not None:
        yield Reading("its controller says nothing of it", None)
        return
    gpus = facts.gpus
    if gate.gpus is not None:
        yield Reading(f"{len(gpus)} GPUs of {gate.gpus}", len(gpus) == gate.gpus)
    if gate.ecc_uncorrectable is not None:
        yield _ecc(gate.ecc_uncorrectable, facts)
    if gate.links is not None:
        up = [gpu.nvlinks_up for gpu in gpus if gpu.nvlinks]
        if not up or None in up:
            yield Reading(f"NVLinks not reported ({gate.links} wanted)", None)
        else:
            trained = sum(count or 0 for count in up)
            yield Reading(f"{trained} NVLinks up of {gate.links}", trained == gate.links)


def _ecc(most: int, facts: HardwareFacts) -> Reading:
    counted = {gpu.index: gpu.ecc_uncorrectable for gpu in facts.gpus}
    bad = {index: count for index, count in counted.items() if count is not None and count > most}
    if bad:
        worst = ", ".join(f"GPU {index}: {count}" for index, count in bad.items())
        return Reading(f"uncorrectable ECC errors on {worst} ({most} allowed)", ok=False)
    if not counted or None in counted.values():
        return Reading("uncorrectable ECC errors not reported", None)
    return Reading(f"uncorrectable ECC errors at most {max(n or 0 for n in counted.values())}", ok=True)


def args_of(name: str, gate: Gate) -> dict[str, str]:
    """A gate as the words of a step: a plan that is kept means the same when the config has changed."""
    return {"gate": name, "checks": msgspec.json.encode(gate).decode()}


def gate_of(args: dict[str, str]) -> Gate:
    """The gate of a step's words."""
    return msgspec.json.decode(args["checks"], type=Gate)
