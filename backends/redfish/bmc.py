"""The firmware of a system's BMC: of the manager that is one, else of what a service's firmware inventory says it has.

A rack's or a pod's controller manages systems too, and is not their BMC (DSP0268 Manager v1.20 `ManagerType`): its
version is never taken for theirs.
"""

from backends.redfish.concurrency import gather
from backends.redfish.media import managers
from backends.redfish.paths import last_segment
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.schema import ServiceRoot

_BMC = frozenset({"BMC", "ManagementController"})


async def bmc_version(round_: Round, root: ServiceRoot, system: Resource) -> str:
    """The version it runs; empty where nobody says, or several do not say the same."""
    found = {
        one.text("FirmwareVersion", 80)
        for one in await managers(round_, root, system)
        if one.text("ManagerType") in _BMC
    } - {""}
    if not found:
        found = await _inventoried(round_, root, system)
    return found.pop() if len(found) == 1 else ""


async def _inventoried(round_: Round, root: ServiceRoot, system: Resource) -> set[str]:
    """By the inventory: what names the BMC of this system in its id. That it is this system's, its own links say."""
    update = await round_.resource(root.update_service.path if root.update_service else None)
    inventory = update.link("FirmwareInventory") if update is not None else ""
    if not inventory:
        return set()
    node = last_segment(system.path).casefold()
    named = [path for path in await round_.paths(inventory) if _is_bmc_of(last_segment(path).casefold(), node)]
    items = await gather(*(round_.resource(path) for path in named))
    return {
        item.text("Version", 80) for item in items if item is not None and system.path in item.links("RelatedItem")
    } - {""}


def _is_bmc_of(id_: str, node: str) -> bool:
    return "bmc" in id_ and node in id_
