"""From the systems of a service to its structure, by links alone: ids are never guessed (DSP0266, navigation)."""

import re
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from backends.clean import clean
from backends.redfish.chassis import ChassisTree
from backends.redfish.concurrency import gather
from backends.redfish.hosts import baseboards
from backends.redfish.names import join_names
from backends.redfish.paths import last_segment
from backends.redfish.reset import offered
from backends.redfish.round import Round
from backends.redfish.schema import ActionInfo, Chassis, ComputerSystem, Link, Processor
from backends.redfish.status import absent
from backends.redfish.structure import GpuPlace, Host, Structure

Systems = Mapping[str, ComputerSystem | None]


class Found(Struct, frozen=True):
    """A structure, and the processors that were read on the way, so that the same round need not read them again."""

    structure: Structure
    processors: dict[str, Processor]


class Discovery:
    """Finds the structure of one service. `where` names it, `source` marks what it finds, `names` are configured."""

    def __init__(self, where: str, source: str, names: Mapping[str, str]) -> None:
        self._where = where
        self._source = source
        self._names = names

    async def structure(self, round_: Round, chassis: Link | None, systems: Systems, now_s: float) -> Found:
        """Every host with its GPUs, tray and rack. A part that does not answer is missing, and named in the round."""
        present = {path: system for path, system in systems.items() if system and not absent(system.status)}
        boards = await round_.members(chassis.path if chassis else None, Chassis)
        tree = ChassisTree(
            {path: board for path, board in boards.items() if board},
            source=self._source,
            service=urlsplit(self._where).netloc,
        )
        all_read = None not in systems.values()
        attached, alone = baseboards(present, tree, all_read=all_read)
        left_out = set(attached) if all_read else {*attached, *alone}
        nodes = {path: system for path, system in present.items() if path not in left_out}
        trays = {path: tray for path, system in nodes.items() if (tray := tree.tray_of(path, system))}
        names = join_names(nodes, self._names, self._where)
        gpus = await self._gpus_of(round_, [path for path in present if path in nodes or path in attached], present)
        placed = Counter(trays.values())
        hosts = await gather(
            *(
                self._host(
                    round_,
                    Host(
                        name=names[path],
                        path=path,
                        system=system,
                        baseboards=(parts := tuple(sorted(part for part, host in attached.items() if host == path))),
                        gpus=_places([gpus[path], *(gpus[part] for part in parts)]),
                        chassis=tree.name(tray) if (tray := trays.get(path)) else "",
                        rack=tree.rack_of(tray) or _placed_in(system),
                        slot=tree.slot_of(tray),
                        metrics=tree.metrics_of(tray) if tray and placed[tray] == 1 else None,
                    ),
                )
                for path, system in nodes.items()
            )
        )
        by_name = {names[path]: tray for path, tray in trays.items()}
        components, edges = tree.parts(by_name)
        structure = Structure(
            members=frozenset(systems),
            hosts=tuple(hosts),
            components=components,
            edges=edges,
            shown={path: tree.component_id(path) for path in tree.shown(by_name)},
            chassis=chassis.path if chassis else None,
            complete=not round_.errors,
            found_at_s=now_s,
        )
        return Found(structure, {path: one for found in gpus.values() for path, one in found.items()})

    async def _gpus_of(
        self, round_: Round, paths: list[str], systems: Mapping[str, ComputerSystem]
    ) -> dict[str, dict[str, Processor]]:
        """GPUs by path, for each system. An empty socket is none."""
        links = [systems[path].processors for path in paths]
        found = await gather(*(round_.members(link.path if link else None, Processor) for link in links))
        return {
            path: {place: one for place, one in members.items() if one and one.processor_type == "GPU"}
            for path, members in zip(paths, found, strict=True)
        }

    async def _host(self, round_: Round, host: Host) -> Host:
        """The host with the reset types it takes, which some keep in a resource of their own."""
        action = host.system.actions.reset if host.system.actions else None
        if action is None:
            return host
        info = None if action.allowable else await round_.read(action.action_info, ActionInfo)
        return msgspec.structs.replace(host, reset_types=offered(action, info))


def _places(found: list[dict[str, Processor]]) -> tuple[GpuPlace, ...]:
    """The GPUs of a host in board order. Host and baseboard may both list the same ones: the Id tells."""
    by_id: dict[str, tuple[str, Processor]] = {}
    for gpus in found:
        for path, gpu in gpus.items():
            by_id.setdefault(gpu.id or last_segment(path), (path, gpu))
    order = sorted(by_id, key=_natural)
    numbers = [int(number[-1]) if (number := re.findall(r"\d+", id_)) else -1 for id_ in order]
    if 0 not in numbers or len(set(numbers)) < len(numbers) or -1 in numbers:
        numbers = list(range(len(order)))  # counted from 1, or not numbered: their order is all there is
    return tuple(
        GpuPlace(
            number,
            path,
            clean(gpu.model or "", 80),
            clean(gpu.serial_number or "", 80),
            gpu.environment_metrics.path if gpu.environment_metrics else None,
        )
        for number, (path, gpu) in zip(numbers, (by_id[id_] for id_ in order), strict=True)
        if not absent(gpu.status)
    )


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]


def _placed_in(system: ComputerSystem) -> str:
    placement = system.location.placement if system.location else None
    return clean(placement.rack or "", 128) if placement else ""
