"""Power actions in Redfish's words (`Resource.ResetType`).

`off` is hard, like an operator's "power off" everywhere else: GracefulShutdown depends on an operating system that may
be the reason for asking, and may never end. It is asked for only where the service has nothing harder.
PushPowerButton is never used: whether it turns a node on or off depends on what it happens to be.
"""

from backends.clean import clean
from backends.errors import NotSupported
from backends.ports import PowerAction
from backends.redfish.schema import ActionInfo, ResetAction

_PREFERRED: dict[PowerAction, tuple[str, ...]] = {
    PowerAction.ON: ("On", "ForceOn"),
    PowerAction.OFF: ("ForceOff", "GracefulShutdown"),
    PowerAction.RESET: ("ForceRestart", "GracefulRestart"),
    PowerAction.CYCLE: ("PowerCycle", "FullPowerCycle"),
    PowerAction.SHUT_DOWN: ("GracefulShutdown",),
    PowerAction.RESTART: ("GracefulRestart",),
    PowerAction.NMI: ("Nmi",),
}


def offered(action: ResetAction | None, info: ActionInfo | None) -> tuple[str, ...]:
    """The ResetTypes a system says it takes; empty when it does not say."""
    if action is None:
        return ()
    values = action.allowable
    if not values and info is not None:
        parameters = info.parameters or ()
        values = next((one.allowable_values for one in parameters if one.name == "ResetType"), None)
    return tuple(clean(value, 40) for value in values or ())


def reset_type(action: PowerAction, types: tuple[str, ...], where: str) -> str:
    """The ResetType for an action. Where the service does not say what it takes, the usual one is tried."""
    preferred = _PREFERRED[action]
    if not types:
        return preferred[0]
    for name in preferred:
        if name in types:
            return name
    raise NotSupported(
        f"power {action}: it offers {'neither ' if preferred[1:] else 'no '}{' nor '.join(preferred)}",
        where=where,
        remedy=f"it offers {', '.join(types)}",
    )
