"""Draws up a plan for a live pod: the one way from a wish to a plan, for the screen and for scripts."""

from collections.abc import Mapping

from backends.clean import clean
from backends.ports import Capability
from console.actions import Action
from console.operations.hold import Hold, holds_of
from console.operations.identity import new_operation, user
from console.operations.plan import Plan
from console.operations.request import Options, Request
from console.state.session import Session
from console.targets import Targets

_DEFAULT = Options()


def draft(
    session: Session,
    action: Action,
    targets: Targets,
    reason: str,
    options: Options = _DEFAULT,
    *,
    holds: Mapping[str, Hold] | None = None,
) -> Plan:
    """The plan of an action over what is known of the pod now. Nothing is asked of the pod, nothing is changed.

    `holds` are those of the journal; what the nodes' own marks tell of holds is added to them.
    """
    scheduler = session.scheduler(targets.pod)
    needs = Capability.DRAIN if action.needs is Capability.PROVISION else action.needs  # it closes its nodes, too
    able = scheduler is not None and needs in scheduler.capabilities
    snapshot, now = session.store[targets.pod], session.clock.now()
    request = Request(
        operation=new_operation(),
        user=user(),
        reason=clean(" ".join(reason.split())),
        at=now,
        equivalent=scheduler.equivalent if scheduler is not None and able else None,
        options=options,
        policy=session.config.pods[targets.pod].policy,
        holds=holds_of(snapshot, holds or {}, now),
        gates=session.config.gates,
        gate=session.config.pods[targets.pod].gate,
        profiles=session.config.profiles,
    )
    return action.planner(snapshot, targets, request)
