"""The action that a finding advises, where it is one of ours: what its plan is one key away for."""

import re

from msgspec import Struct

from backends.model.finding import Finding
from console.operations.request import Options

_VERBS = re.compile(r"\b(drain|resume|power it on|reset it once)\b")
_POWER = {"power it on": "on", "reset it once": "reset"}


class Advised(Struct, frozen=True):
    """The id of an action, and what is said with it."""

    action: str
    options: Options = Options()


def advised(finding: Finding) -> Advised | None:
    """The first action that its advice names, and that has nodes to be for; None where there is none.

    The advice is for people and may say more: the plan asks and shows everything before anything is done.
    """
    found = _VERBS.search(finding.advice)
    if found is None or not finding.hits_nodes:
        return None
    power = _POWER.get(found[1], "")
    return Advised("power", Options(power=power)) if power else Advised(found[1])
