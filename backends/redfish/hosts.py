"""Which ComputerSystems are nodes, and which are parts of one.

A GB300 or HGX tray serves two systems: the host, and the GPU baseboard with its own controller behind it
(`HGX_Baseboard_0`). The rule: a system is a baseboard when its Id says so (NVIDIA's fixed name), or when it can
neither boot nor be reset (no Boot, no Bios, no Reset). Its GPUs and health belong to the host it shares a service
with, when there is exactly one, or one whose chassis it hangs under. Where neither holds it stands as a system of its
own: nothing that has GPUs is dropped because its host is not known.
"""

from collections.abc import Mapping

from backends.redfish.chassis import ChassisTree
from backends.redfish.schema import ComputerSystem

_BASEBOARD = "hgx_baseboard"


def baseboards(
    systems: Mapping[str, ComputerSystem], tree: ChassisTree, *, all_read: bool
) -> tuple[dict[str, str], frozenset[str]]:
    """The host's path by the path of each baseboard that has one, and the baseboards without.

    Unless `all_read`, the host may be a system that did not answer just now: the only host left is then not taken
    for it.
    """
    suspects = {path for path, system in systems.items() if _is_baseboard(system)}
    hosts = [path for path in systems if path not in suspects]
    found: dict[str, str] = {}
    for path in suspects:
        near = (
            hosts if len(hosts) == 1 and all_read else [host for host in hosts if _same_tree(systems, tree, host, path)]
        )
        if len(near) == 1:
            found[path] = near[0]
    return found, frozenset(suspects - set(found))


def _is_baseboard(system: ComputerSystem) -> bool:
    if (system.id or "").lower().startswith(_BASEBOARD):
        return True
    return not (system.boot or system.bios or (system.actions and system.actions.reset))


def _same_tree(systems: Mapping[str, ComputerSystem], tree: ChassisTree, one: str, other: str) -> bool:
    trays = [tree.tray_of(path, systems[path]) for path in (one, other)]
    return trays[0] is not None and trays[0] == trays[1]
