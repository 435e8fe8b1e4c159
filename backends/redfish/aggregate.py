"""Resets of several systems that the controller itself paces (DSP0268 AggregationService v1.0, Aggregate v1.0).

An aggregating controller takes one request for a whole rack and starts its members in batches, which spares the power
distribution their inrush at once. Used where it covers exactly what was asked: an aggregate with other members beside
them would reset these, too.
"""

from collections.abc import Sequence

from msgspec import Struct

from backends.errors import NotSupported
from backends.ports import PowerAction
from backends.redfish.reset import reset_type
from backends.redfish.resource import Resource
from backends.redfish.round import Round

_ALL = "Actions/#AggregationService.Reset"
_ONE = "Actions/#Aggregate.Reset"
_PACED = ("BatchSize", "DelayBetweenBatchesInSeconds")


class Together(Struct, frozen=True):
    """One request that resets all of them: where to POST, and what."""

    target: str
    body: dict[str, object]


class Pace(Struct, frozen=True):
    """So many systems at a time, and seconds between."""

    batch: int
    delay_s: int


async def together(
    round_: Round, service: str, systems: Sequence[str], action: PowerAction, pace: Pace
) -> Together | None:
    """The request that does it, None where the controller has none for exactly these systems, or not for the action.

    `service` is the path of the AggregationService. An aggregate of just these systems is used before the service's
    own Reset, which not all have.
    """
    top = await round_.resource(service or None)
    if top is None or top.look("ServiceEnabled") is False:
        return None
    wanted = frozenset(path.rstrip("/") for path in systems)
    for one in (await round_.resources(top.link("Aggregates"))).values():
        if wanted and frozenset(one.links("Elements")) == wanted:
            body = await _body(round_, one, _ONE, action, pace)
            if body is not None:
                return Together(one.text(f"{_ONE}/target", 1024), body)
    body = await _body(round_, top, _ALL, action, pace)
    if body is None:
        return None
    return Together(top.text(f"{_ALL}/target", 1024), {"TargetURIs": list(systems), **body})


async def _body(
    round_: Round, owner: Resource, pointer: str, action: PowerAction, pace: Pace
) -> dict[str, object] | None:
    """The parameters of its Reset; None where it has none, cannot be paced, or does not offer the action."""
    if not owner.text(f"{pointer}/target", 1024):
        return None
    types = owner.texts(f"{pointer}/ResetType@Redfish.AllowableValues")
    info = await round_.resource(owner.text(f"{pointer}/@Redfish.ActionInfo", 1024) or None)
    if info is not None:
        named = {one.text("Name"): one for one in info.items("Parameters")}
        if not named.keys() >= set(_PACED):
            return None
        types = types or named.get("ResetType", info).texts("AllowableValues")
    try:
        chosen = reset_type(action, types, owner.path)
    except NotSupported:
        return None
    return {"ResetType": chosen, "BatchSize": pace.batch, "DelayBetweenBatchesInSeconds": pace.delay_s}
