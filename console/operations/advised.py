"""The action that a finding advises, where it is one of ours: what its plan is one key away for."""

import re

from backends.model.finding import Finding

_VERBS = re.compile(r"\b(drain|resume|power(?= it on))\b")


def advised(finding: Finding) -> str:
    """The id of the first action that its advice names, and that has nodes to be for; "" where there is none.

    The advice is for people and may say more: the plan asks and shows everything before anything is done.
    """
    found = _VERBS.search(finding.advice)
    return found.group(1) if found and finding.hits_nodes else ""
