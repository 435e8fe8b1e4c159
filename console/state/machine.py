"""Which systems, seen through several controllers, are one machine, and what it is called.

The rule, in order: two systems of different sources are one machine when they have the same UUID; else the same serial
number and no other model; else, where these cannot be compared, the same host name. What contradicts (another UUID,
serial number or host name) keeps them apart. Words that say nothing ("Default string", a UUID of zeros), and what one
controller gives to two of its systems, identify nothing.

Names of two machines are never taken for one: each then carries its source (`System_0@redfish.2`), and joins no node.
"""

from collections import Counter
from collections.abc import Container, Mapping

from msgspec import Struct

from backends.model.node import HardwareFacts

_SAYS_NOTHING = frozenset(
    {
        "",
        "0",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "03000200-0400-0500-0006-000700080009",  # AMI's, where the maker set none
        "00020003-0004-0005-0006-000700080009",
        "default string",
        "empty",
        "n/a",
        "na",
        "none",
        "not available",
        "not specified",
        "null",
        "redacted",
        "system serial number",
        "to be filled by o.e.m.",
        "unknown",
    }
)
_UUID_LENGTH = 36


class Claim(Struct, frozen=True):
    """One system, as one source gives it; what identifies it is in lower case, empty where it does not."""

    source: str
    name: str
    uuid: str
    serial: str
    model: str
    host_name: str


Machine = list[Claim]


def machines(systems: Mapping[str, Mapping[str, HardwareFacts]]) -> list[Machine]:
    """The machines behind the systems of each source; a machine has one claim of a source at most."""
    found: list[Machine] = []
    by_key: dict[str, list[Machine]] = {}
    for claims in (_claims(source, theirs) for source, theirs in systems.items()):
        for claim in claims:
            near = (machine for key in _keys(claim) for machine in by_key.get(key, ()))
            machine = next((one for one in near if _same(one, claim)), None)
            if machine is None:
                machine = []
                found.append(machine)
            machine.append(claim)
            for key in _keys(claim):
                by_key.setdefault(key, []).append(machine)
    return found


def names(found: list[Machine], scheduler: Container[str]) -> dict[tuple[str, str], str]:
    """The name of each system's machine, by source and the system's own name: one the scheduler knows goes first."""
    chosen = [_name(machine, scheduler) for machine in found]
    claimed = Counter(chosen)
    return {
        (claim.source, claim.name): name if claimed[name] == 1 else f"{name}@{machine[0].source}"
        for machine, name in zip(found, chosen, strict=True)
        for claim in machine
    }


def telling(word: str) -> str:
    """A serial number or the like, fit to be compared; empty when it says nothing."""
    said = word.strip().lower()
    return "" if said in _SAYS_NOTHING or not said.strip("0-") else said


def _claims(source: str, systems: Mapping[str, HardwareFacts]) -> list[Claim]:
    uuids = Counter(_uuid(facts.uuid) for facts in systems.values())
    serials = Counter(telling(facts.serial) for facts in systems.values())
    return [
        Claim(
            source,
            name,
            uuid if uuids[uuid := _uuid(facts.uuid)] == 1 else "",
            serial if serials[serial := telling(facts.serial)] == 1 else "",
            facts.model.lower(),
            telling(facts.host_name),
        )
        for name, facts in systems.items()
    ]


def _uuid(text: str) -> str:
    """One form for both byte orders: SMBIOS swaps the first three fields, and not every controller swaps them back."""
    said = telling(text)
    if len(said) != _UUID_LENGTH:
        return ""
    swapped = "-".join((*("".join(reversed(_bytes(part))) for part in said.split("-")[:3]), *said.split("-")[3:]))
    return min(said, swapped)


def _bytes(part: str) -> list[str]:
    return [part[at : at + 2] for at in range(0, len(part), 2)]


def _keys(claim: Claim) -> list[str]:
    marks = (("uuid", claim.uuid), ("serial", claim.serial), ("host", claim.host_name))
    return [f"{kind} {value}" for kind, value in marks if value]


def _same(machine: Machine, claim: Claim) -> bool:
    if any(one.source == claim.source or _differ(one.host_name, claim.host_name) for one in machine):
        return False
    if any(_differ(one.uuid, claim.uuid) for one in machine):
        return False
    if any(one.uuid and one.uuid == claim.uuid for one in machine):
        return True
    return not any(_differ(one.serial, claim.serial) or _differ(one.model, claim.model) for one in machine)


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _name(machine: Machine, scheduler: Container[str]) -> str:
    for claim in machine:
        if claim.name in scheduler or claim.name.partition(".")[0] in scheduler:
            return claim.name
    called = (claim.name for claim in machine if claim.host_name.partition(".")[0] == claim.name.lower())
    return next(called, machine[0].name)
