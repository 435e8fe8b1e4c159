"""A Redfish service as the `Hardware` port."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

from msgspec.structs import replace

from backends.clean import clean
from backends.errors import BackendError, Malformed, NotSupported
from backends.model.endpoint import RedfishEndpoint
from backends.model.log import LogPage
from backends.model.observation import HardwareInventory
from backends.model.secret import Secret
from backends.model.stream import StreamPosition
from backends.ports import Capability, Change, PowerAction
from backends.redfish.aggregate import Pace, together
from backends.redfish.clock import FarClock
from backends.redfish.concurrency import both
from backends.redfish.discovery import Boards, Discovery
from backends.redfish.entries import LogEntries
from backends.redfish.events import EventFeed
from backends.redfish.expand import Expansion
from backends.redfish.logs import RedfishLogs
from backends.redfish.paths import ServicePaths
from backends.redfish.provisioner import RedfishProvisioner
from backends.redfish.reading import Reading
from backends.redfish.reset import offered, reset_type
from backends.redfish.round import Round
from backends.redfish.schema import NO_MEMBERS, ActionInfo, Chassis, Collection, ComputerSystem, ServiceRoot
from backends.redfish.service import RedfishService
from backends.redfish.session import Session
from backends.redfish.silence import Silence
from backends.redfish.structure import Structure
from backends.redfish.write import Writer
from backends.transport.http import HttpClient
from backends.transport.secret import resolve

REDISCOVER_S = 600.0
REDISCOVER_INCOMPLETE_S = 60.0


class RedfishHardware:
    """Inventory and power over one Redfish service: a node's BMC, a rack's, or a pod's aggregating controller.

    The structure is discovered once and kept; a round then reads only what changes. It is discovered again when the
    systems of the service change, after ten minutes, and after one minute when something did not answer.
    `source` marks its facts; `clock` is monotonic, in seconds. Closing deletes the session and closes `client`.
    """

    def __init__(  # noqa: PLR0913  (the injected ones, clock and sleep, are two halves of one)
        self,
        client: HttpClient,
        endpoint: RedfishEndpoint,
        node_names: Mapping[str, str] | None = None,
        *,
        source: str = "redfish",
        secret: Callable[[], Awaitable[Secret]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.where = client.where
        self._client = client
        self._clock = clock
        self._source = source
        paths = ServicePaths(client.base_path)
        self._session = Session(
            client,
            paths,
            endpoint.user,
            secret or (lambda: resolve(endpoint.secret, where=client.where, user=endpoint.user)),
            auth=endpoint.auth,
            clock=clock,
        )
        self._service = RedfishService(client, paths, self._session)
        self._events = EventFeed(self._service, clock=clock, sleep=sleep)
        self._discovery = Discovery(client.where, source, node_names or {})
        self._expansion = Expansion()
        self._silence = Silence(self._service, sleep=sleep)
        self._absent: set[str] = set()
        self._absent_before: frozenset[str] = frozenset()
        self._structure: Structure | None = None
        self._reading: Reading | None = None
        self._reports = ""
        self._far_clock = FarClock(client)
        self._entries = LogEntries(source)
        self._round_lock = asyncio.Lock()
        self._writer = Writer(self._service, sleep=sleep, clock=clock)
        self._logs = RedfishLogs(self._service)
        self._provisioner = RedfishProvisioner(self._service, self._writer, self._expansion, self._boards)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Power, boot and events; what a single system offers is in its `reset_types`, the service, in its stream."""
        return frozenset({Capability.POWER, Capability.PROVISION, Capability.EVENTS})

    @property
    def requests(self) -> int:
        """HTTP requests sent."""
        return self._client.requests

    async def ping(self) -> str:
        """Product and version from the service root, read afresh; it needs no credentials."""
        root = await self._service.root(again=True)
        product = clean(root.product or root.vendor or root.name or "Redfish service", 80)
        return f"{product}, Redfish {clean(root.redfish_version or 'of unknown version', 40)}"

    async def inventory(self) -> HardwareInventory:
        """One round: the facts of now, discovering the structure where that is due.

        Raises when the service or its systems cannot be read at all; what fails in part is named in `errors`.
        """
        async with self._round_lock:
            root = await self._service.root()
            if root.systems is None:  # a power shelf, say: the root is then what shows that it still answers
                root = await self._service.root(again=True)
            due = self._due()
            if due:
                self._absent.clear()
            round_ = Round(self._service, self._expansion, self._absent, self._silence)
            systems, boards = await self._tops(round_, root, due=due)
            await self._raise_if_blind(systems, round_, root.systems.path if root.systems else None)
            if due or self._structure is None or self._changed(frozenset(systems), round_):
                round_.discover()
                if boards is None:
                    boards = await _boards(round_, root)
                found = await self._discovery.structure(round_, root, systems, boards, self._clock())
                self._structure = found.structure
                self._reading = Reading(found.structure, found.resources, self._source)
                telemetry = await round_.resource(root.telemetry_service.path if root.telemetry_service else None)
                self._reports = telemetry.link("MetricReports") if telemetry else ""
                self._absent_before = frozenset(self._absent)
            if self._reading is None:  # a structure comes with its reading
                raise AssertionError
            conditions = await round_.resource(root.service_conditions.path if root.service_conditions else None)
            ahead_s = await self._far_clock.ahead_s(round_, root)
            logged = await self._entries.conditions(round_, root, self._structure.hosts, self._clock())
            read = await self._reading.inventory(round_, systems, conditions, self._reports, self._clock())
            return replace(read, clock_ahead_s=ahead_s, conditions=(*read.conditions, *logged))

    async def logs(self, system: str, node: str) -> LogPage:
        """The entries of a system's logs, by time; asked anew each time."""
        await self._service.root()
        return await self._logs.page(system, node)

    async def resource(self, system: str) -> bytes:
        """A system's resource as it is sent now; what is no resource is refused as anywhere else."""
        path = self._service.paths.of(system)
        answer = await self._service.fetch(path)
        self._service.decoded(answer, path, ComputerSystem)
        return answer.body

    async def power(self, system: str, action: PowerAction) -> tuple[str, ...]:
        """Reset a system (`HardwareFacts.system`) with what it offers now. Accepted is not done: observe.

        What the service does later as a task is waited for, a minute at most; what that said is returned. Raises
        Rejected when the task failed, NotSupported naming what is offered, TimedOut when it may or may not have
        happened.
        """
        path = self._service.paths.of(system)
        described = await self._service.get(path, ComputerSystem)
        reset = described.actions.reset if described.actions else None
        if reset is None or not reset.target:
            raise NotSupported(f"{system}: this system has no reset action", where=self.where)
        info = None
        if not reset.allowable and reset.action_info:
            info = await self._action_info(reset.action_info)
        return await self._writer.act(reset.target, {"ResetType": reset_type(action, offered(reset, info), self.where)})

    async def power_together(self, systems: Sequence[str], action: PowerAction, *, batch: int, delay_s: int) -> bool:
        """Reset several in batches that the controller paces; False, with nothing sent, where it cannot.

        It may take minutes, and is not waited for: accepted is not done.
        """
        root = await self._service.root()
        round_ = Round(self._service, self._expansion, set())
        service = root.aggregation_service.path if root.aggregation_service else None
        request = await together(round_, service or "", systems, action, Pace(batch, delay_s))
        if request is None:
            return False
        await self._writer.ask(request.target, request.body)
        return True

    @property
    def provisioner(self) -> RedfishProvisioner:
        """A system's next start, over the same connections and the same session."""
        return self._provisioner

    def changes(self, after: StreamPosition | None = None) -> AsyncGenerator[Change, None]:
        """What the service says on its event stream, until `close`; for one reader. It holds one of the connections."""
        return self._events.changes(after)

    async def close(self) -> None:
        """Give the session back and close the connections, whatever happened before. Safe to call twice."""
        self._events.close()
        await self._silence.close()
        try:
            await self._session.close()
        finally:
            await self._client.close()

    def _boards(self, system: str) -> tuple[str, ...] | None:
        """The baseboards of a system, None while it is not known."""
        hosts = self._structure.hosts if self._structure else ()
        return next((host.baseboards for host in hosts if host.path.rstrip("/") == system.rstrip("/")), None)

    async def _tops(
        self, round_: Round, root: ServiceRoot, *, due: bool
    ) -> tuple[Mapping[str, ComputerSystem | None], Boards | None]:
        """The systems, and where the structure is due the chassis: at once, for a BMC that hangs delays both."""
        systems = round_.members(root.systems.path if root.systems else None, ComputerSystem, required=True)
        if not due:
            return await systems, None
        return await both(systems, _boards(round_, root))

    def _due(self) -> bool:
        if self._structure is None:
            return True
        age_s = self._clock() - self._structure.found_at_s
        soon = bool(self._structure.lost) or self._gpu_gone(self._structure)
        return age_s >= (REDISCOVER_INCOMPLETE_S if soon else REDISCOVER_S)

    def _gpu_gone(self, structure: Structure) -> bool:
        """Whether a resource of a GPU has gone that was there at discovery: it may have fallen off the bus."""
        gone = self._absent - self._absent_before
        sights = (sight for host in structure.hosts for gpu in host.gpus for sight in gpu.sights())
        return bool(gone) and any(self._service.paths.of(sight.path) in gone for sight in sights)

    def _changed(self, members: frozenset[str], round_: Round) -> bool:
        """Whether systems came or went. Fewer of them beside errors is a list that was cut short, not a removal."""
        known = self._structure.members if self._structure else frozenset()
        return members != known and not (round_.errors and members < known)

    async def _raise_if_blind(
        self, systems: Mapping[str, ComputerSystem | None], round_: Round, collection: str | None
    ) -> None:
        """No system answered: ask once more for the first of it, for the error that says why.

        A service whose link to Systems leads nowhere (power shelves have them) still has chassis to show.
        """
        if any(systems.values()) or not round_.errors or collection is None:
            return
        try:
            again = await self._service.get(self._service.paths.of(collection), Collection)
            if not again.listed:
                raise Malformed(f"GET {self._service.paths.of(collection)}: {NO_MEMBERS}", where=self.where)
        except NotSupported:
            if self._structure is not None and self._structure.hosts:
                raise
            round_.excuse(self._service.paths.of(collection))  # one more link to nowhere: none was ever there
        if systems:
            await self._service.get(self._service.paths.of(next(iter(systems))), ComputerSystem)

    async def _action_info(self, path: str) -> ActionInfo | None:
        """What an action takes, None where its description is missing: services link to missing ones."""
        try:
            return await self._service.get(self._service.paths.of(path), ActionInfo)
        except BackendError:
            return None


async def _boards(round_: Round, root: ServiceRoot) -> Boards:
    return await round_.members(root.chassis.path if root.chassis else None, Chassis)
