"""Planning a cordon: closed to new work, and that is all. What runs there runs on, and nobody waits for it."""

from backends.model.snapshot import Snapshot
from console.operations.closing import close, commands, mark_of, sort_by_owner
from console.operations.outline import Outline
from console.operations.plan import Plan
from console.operations.request import Request
from console.operations.step import Lane, Phase
from console.targets import Targets


def plan_cordon(snapshot: Snapshot, targets: Targets, request: Request) -> Plan:
    """Close the targets with our mark. Another's reason is never replaced."""
    outline = Outline(verb="cordon", snapshot=snapshot, targets=targets, request=request)
    outline.look_at_scheduler()
    outline.skip(sort_by_owner(outline), "closed by you already")
    nodes, mark = tuple(outline.needed), mark_of(outline, request.reason)
    outline.commands = commands(outline, nodes, mark)
    return outline.plan((Phase(name="close", lanes=(Lane((close(nodes, mark),)),)),) if nodes else ())
