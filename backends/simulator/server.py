"""Serving simulated pods: every pod of a run in one process, on loopback, until the context ends."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from backends.model.endpoint import PodEndpoints, RedfishEndpoint, SchedulerEndpoint, SecretRef, SshEndpoint
from backends.simulator import sshd
from backends.simulator.clock import PodClock
from backends.simulator.faults import Fault, plan_faults
from backends.simulator.keys import PodKeys
from backends.simulator.redfish import listener
from backends.simulator.redfish.listener import HttpListener
from backends.simulator.redfish.service import USER, RedfishService
from backends.simulator.shape import PodShape, pod_name
from backends.simulator.world import World

_WATCH_S = 0.2


class ServeOptions(Struct, frozen=True, kw_only=True):
    """What to serve. `nodes` are per rack, `gpus` per node; `speed` is simulated seconds a real one.

    `plain` serves Redfish over HTTP without TLS. `epoch` is when the simulated time begins, the present unless a test
    says otherwise.
    """

    pods: int = 1
    racks: int = 2
    nodes: int = 18
    gpus: int = 4
    seed: int = 1
    speed: float = 1.0
    faults: tuple[Fault, ...] = ()
    plain: bool = False
    epoch: datetime | None = None
    monotonic: Callable[[], float] = time.monotonic


class ServedPod(Struct, frozen=True, kw_only=True):
    """One pod that is being served: how it is reached, and the parts of it, for tests that look behind the wire."""

    endpoints: PodEndpoints
    clock: PodClock
    service: RedfishService


class _Pod:
    """The two servers of one pod, and the task that lets its world go on while nobody asks."""

    def __init__(self, world: World, keys: PodKeys, options: ServeOptions) -> None:
        self._keys = keys
        self._pod = world.shape.pod
        self._clock = PodClock(world, options.monotonic, options.speed)
        self._head = sshd.HeadNode(self._clock.world, keys.client_key)
        self._certificate = None if options.plain else keys.certificate()
        pem = self._certificate.file.read_text() if self._certificate else ""
        self._service = RedfishService(self._clock.world, keys.password, options.monotonic, pem)
        self._http = HttpListener(self._service.app, self._certificate)
        self._service.controller.signing.install = self._http.renew

    async def open(self) -> ServedPod:
        """Start both servers."""
        await self._head.open()
        await self._http.open()
        self._keys.write_known_hosts(self._head.host_key, self._head.port, self._head.nodes.host_key)
        return ServedPod(endpoints=self._endpoints(), clock=self._clock, service=self._service)

    async def watch(self) -> None:
        """Keep the world going, and let the sshd die, and come back, when a fault has it so."""
        while True:
            if "ssh" in self._clock.world().outages:
                self._head.shut()
            elif not self._head.listening:
                await self._head.open()
            if self._service.controller.subscriptions.heard:
                self._service.controller.look()  # else a stream would hear of a change only when somebody asks
            await asyncio.sleep(_WATCH_S)

    async def close(self) -> None:
        """Stop both servers."""
        self._service.close()
        await self._head.close()
        await self._http.close()

    def _redfish(self, secret: SecretRef) -> RedfishEndpoint:
        """How the controller is reached: its certificate is pinned, nobody else vouches for it."""
        where = f"{listener.HOST}:{self._http.port}"
        if self._certificate is None:
            return RedfishEndpoint(url=f"http://{where}", user=USER, secret=secret)
        pin = self._certificate.fingerprint
        return RedfishEndpoint(url=f"https://{where}", user=USER, secret=secret, fingerprint=pin)

    def _endpoints(self) -> PodEndpoints:
        secret = SecretRef(password_command=("cat", str(self._keys.password_file)))
        return PodEndpoints(
            pod=self._pod,
            ssh=SshEndpoint(
                host=sshd.HOST,
                port=self._head.port,
                user=sshd.USER,
                identity=str(self._keys.identity),
                known_hosts=str(self._keys.known_hosts),
            ),
            scheduler=SchedulerEndpoint(),
            redfish=(self._redfish(secret),),
        )


@contextlib.asynccontextmanager
async def serve(options: ServeOptions) -> AsyncIterator[tuple[ServedPod, ...]]:
    """Serve pods while the context lasts; keys and passwords lie in a private folder that goes with it.

    Raises FaultError when a fault names a target that no pod has.
    """
    worlds = {shape.pod: World(shape, options.epoch or datetime.now(UTC)) for shape in _shapes(options)}
    plan_faults(list(options.faults), worlds)
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="megapod-simulate-")))
        served = []
        for name, world in worlds.items():
            pod = _Pod(world, PodKeys(folder, name), options)
            stack.push_async_callback(pod.close)
            served.append(await pod.open())
            watch = asyncio.create_task(pod.watch(), name=f"watch {name}")
            stack.push_async_callback(_cancel, watch)
        yield tuple(served)


def _shapes(options: ServeOptions) -> list[PodShape]:
    return [
        PodShape(
            pod=pod_name(number),
            seed=options.seed,
            racks=options.racks,
            nodes_per_rack=options.nodes,
            gpus_per_node=options.gpus,
        )
        for number in range(options.pods)
    ]


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
