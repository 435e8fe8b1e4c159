"""A node's next start over Redfish, as the `Provisioner` port: boot override, virtual drives, progress, find-me light.

One system at a time and only what is asked for: this is polled while hundreds of nodes start, beside the inventory.
"""

from collections.abc import Callable

from msgspec.structs import replace

from backends.errors import BackendError, Unreachable
from backends.model.boot import BootOverride, BootState, MediaSlot
from backends.redfish import media
from backends.redfish.bmc import bmc_version
from backends.redfish.boot import boot_change, boots_by_settings, override_of, settings_of, state_of
from backends.redfish.concurrency import gather
from backends.redfish.expand import Expansion
from backends.redfish.facts import port_up
from backends.redfish.indicator import light_change, lit_of
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.service import RedfishService
from backends.redfish.write import Writer

_NOT_THERE = frozenset({"Absent", "UnavailableOffline", "Disabled"})


class RedfishProvisioner:
    """What `Provisioner` asks, on one service.

    `boards` gives the paths of the baseboards whose GPUs are a system's, None for a system that is not known yet:
    its GPUs are then not counted, as a host alone may have none of them.
    """

    def __init__(
        self,
        service: RedfishService,
        writer: Writer,
        expansion: Expansion,
        boards: Callable[[str], tuple[str, ...] | None],
    ) -> None:
        self._service = service
        self._writer = writer
        self._expansion = expansion
        self._boards = boards

    async def boot_state(self, system: str, *, parts: bool = False, bmc: bool = False) -> BootState:
        """How far a system has come: one request, two where it has boot settings apart; the others cost more."""
        found = await self._writer.read(system)
        unread: tuple[str, ...] = ()
        settings = None
        try:
            settings = await self._settings(found)
        except BackendError as error:
            unread = (error.what,)
        state = replace(state_of(found, settings), unread=unread)
        if bmc:
            state = await self._with_bmc(state, found)
        return await self._counted(state, found) if parts else state

    async def override_boot(self, system: str, wanted: BootOverride) -> BootOverride:
        """PATCH the next start and read it back; in the settings resource where the service wants it there."""
        found = await self._writer.read(system)
        change = boot_change(found, wanted, self._service.where)
        settings = await self._settings(found)
        after = await self._writer.change(settings.path if settings else system, change)
        return override_of(after)

    async def media(self, system: str) -> tuple[MediaSlot, ...]:
        """The virtual drives of a system, by its links or those of its managers."""
        found = await self._writer.read(system)
        round_ = self._round()
        slots = await media.slots(round_, await self._service.root(), found)
        if not slots and round_.errors:
            raise Unreachable(f"no virtual drive answers: {round_.errors[0]}", where=self._service.where)
        return slots

    async def insert(self, slot: str, image: str) -> MediaSlot:
        """Insert an image and wait until it is there."""
        return await media.insert(self._writer, slot, image, self._service.where)

    async def eject(self, slot: str) -> MediaSlot:
        """Empty a slot and wait until it is."""
        return await media.eject(self._writer, slot, self._service.where)

    async def light(self, resource: str, *, lit: bool) -> bool | None:
        """Switch the find-me light and return what it says then."""
        found = await self._writer.read(resource)
        return lit_of(await self._writer.change(resource, light_change(found, lit=lit, where=self._service.where)))

    async def _settings(self, system: Resource) -> Resource | None:
        """The resource its boot settings are written to, None for its own."""
        path = settings_of(system)
        if not path:
            return None
        settings = await self._writer.read(path)
        return settings if boots_by_settings(settings) else None

    async def _with_bmc(self, state: BootState, system: Resource) -> BootState:
        round_ = self._round()
        version = await bmc_version(round_, await self._service.root(), system)
        return replace(state, bmc_version=version, unread=(*state.unread, *round_.errors))

    async def _counted(self, state: BootState, system: Resource) -> BootState:
        """With its GPUs and links. Nothing is remembered as absent: what is counted here comes and goes."""
        boards = self._boards(system.path)
        if boards is None:
            return replace(state, unread=(*state.unread, "its GPUs: the service was not explored yet"))
        round_ = self._round()
        homes = [system, *await gather(*(round_.resource(path) for path in boards))]
        gpus: dict[str, Resource] = {}
        for found in await gather(*(round_.resources(home.link("Processors")) for home in homes if home is not None)):
            gpus |= {one.text("Id") or path: one for path, one in found.items() if one.text("ProcessorType") == "GPU"}
        there = [one for one in gpus.values() if one.text("Status/State") not in _NOT_THERE]
        complete = not round_.errors
        ports = [
            port_up(port)
            for found in await gather(*(round_.resources(gpu.link("Ports")) for gpu in there))
            for port in found.values()
            if port.text("PortProtocol") == "NVLink"
        ]
        read = complete and not round_.errors
        return replace(
            state,
            gpus=len(there) if complete else None,
            links=len(ports) if read else None,
            links_up=sum(up is True for up in ports) if read and None not in ports else None,
            gpu_firmware=tuple(sorted({one.text("FirmwareVersion", 80) for one in there} - {""})),
            unread=(*state.unread, *round_.errors),
        )

    def _round(self) -> Round:
        return Round(self._service, self._expansion, set())
