"""How the simulated pod starts its nodes, seen through the product's own adapters: TLS Redfish, and Slurm over SSH."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from backends.errors import BackendError, Conflict, NotSupported, Rejected, TimedOut
from backends.model.boot import NO_OVERRIDE, BootOverride, BootSource, BootStage, Lasting
from backends.model.node import Power, Service
from backends.ports import PowerAction, Provisioner
from backends.registry import Adapters, open_adapters
from backends.simulator.boot_order import PXE_IMAGE
from backends.simulator.faults import FAULTS
from backends.simulator.node import SimNode
from backends.simulator.server import ServedPod, ServeOptions, serve
from backends.transport.tls import client_context

NAME = "austin-r1-n02"
SYSTEM = f"/redfish/v1/Systems/{NAME}"
PXE = BootOverride(source=BootSource.PXE, lasting=Lasting.ONCE)
ON_THE_WAY = (
    BootStage.PRIMARY_PROCESSOR,
    BootStage.BUS,
    BootStage.MEMORY,
    BootStage.SECONDARY_PROCESSOR,
    BootStage.PCI,
    BootStage.HARDWARE_COMPLETE,
    BootStage.OS_BOOT_STARTED,
)


class Bench:
    """A pod of four nodes, its adapters, and its clock, which the test turns."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.pod: ServedPod
        self.adapters: Adapters

    @property
    def node(self) -> SimNode:
        return self.pod.clock.world().nodes[NAME]

    @property
    def hardware(self):
        return self.adapters.hardware["redfish"]

    @property
    def made(self) -> Provisioner:
        made = self.hardware.provisioner
        assert made is not None
        return made

    def after(self, seconds: float) -> None:
        self.now_s += seconds
        self.pod.clock.world()

    def strike(self, name: str, *, on: bool, target: str = NAME) -> None:
        FAULTS[name].strike(self.pod.clock.world(), target, on=on)

    async def kernel(self) -> str:
        """What Slurm says of the OS of the node."""
        assert self.adapters.shell is not None
        shown = await self.adapters.shell.run(("scontrol", "show", "node", NAME))
        return next(line.strip() for line in shown.stdout.splitlines() if line.strip().startswith("OS="))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    options = ServeOptions(racks=1, nodes=4, monotonic=lambda: made.now_s)
    async with serve(options) as pods:
        made.pod = pods[0]
        quick = tuple(replace(one, timeout_s=1.0) for one in pods[0].endpoints.redfish)
        made.adapters = open_adapters(replace(pods[0].endpoints, redfish=quick))
        try:
            yield made
        finally:
            await made.adapters.close()
    assert not made.pod.service.sessions.users()


async def test_a_boot_walks_through_its_stages_with_their_times(bench) -> None:
    await bench.hardware.power(SYSTEM, PowerAction.CYCLE)
    assert (await bench.made.boot_state(SYSTEM)).power is Power.POWERING_OFF
    bench.after(11.1)  # off after 2 s, on again after 5, and 4 until it has power
    seen = []
    for _ in range(60):
        state = await bench.made.boot_state(SYSTEM)
        if not seen or seen[-1].stage is not state.stage:
            seen.append(state)
        bench.after(0.5)
    assert [state.stage for state in seen] == [*ON_THE_WAY, BootStage.OS_RUNNING]
    times = [state.stage_at for state in seen]
    assert times == sorted(times)
    assert seen[0].reset_at == seen[0].stage_at
    assert (seen[-1].stage_at - seen[0].stage_at).total_seconds() == 26
    assert "OSRunning since " in seen[-1].evidence


@pytest.mark.parametrize(
    ("wanted", "image"),
    [
        (PXE, PXE_IMAGE),
        (replace(PXE, source=BootSource.UEFI_HTTP, http_uri="http://10.0.0.1/images/pod-os-7.efi"), "pod-os-7"),
        (replace(PXE, source=BootSource.CD), "rescue-3"),
        (replace(PXE, source=BootSource.HDD), "Ubuntu"),
    ],
)
async def test_what_it_starts_from_is_what_comes_up_once(bench, wanted, image) -> None:
    (slot,) = await bench.made.media(SYSTEM)
    await bench.made.insert(slot.path, "http://10.0.0.1/rescue-3.iso")
    assert await bench.made.override_boot(SYSTEM, wanted) == wanted
    assert "#31-Ubuntu " in await bench.kernel()
    await bench.hardware.power(SYSTEM, PowerAction.RESET)
    assert (await bench.made.boot_state(SYSTEM)).override == replace(NO_OVERRIDE, http_uri=wanted.http_uri)
    bench.after(60)
    assert f"#31-{image} " in await bench.kernel()
    await bench.hardware.power(SYSTEM, PowerAction.RESET)  # what was installed stays
    bench.after(60)
    assert bench.node.order.running == image


async def test_an_override_is_used_up_by_a_boot_and_not_by_asking_for_one(bench) -> None:
    await bench.made.override_boot(SYSTEM, PXE)
    await bench.hardware.power(SYSTEM, PowerAction.ON)  # it is on: nothing boots
    assert (await bench.made.boot_state(SYSTEM)).override == PXE
    await bench.hardware.power(SYSTEM, PowerAction.OFF)
    bench.after(3)
    await bench.hardware.power(SYSTEM, PowerAction.ON)
    assert (await bench.made.boot_state(SYSTEM)).override == PXE
    bench.after(5)
    assert (await bench.made.boot_state(SYSTEM)).override == NO_OVERRIDE

    for_good = replace(PXE, lasting=Lasting.CONTINUOUS)
    await bench.made.override_boot(SYSTEM, for_good)
    await bench.hardware.power(SYSTEM, PowerAction.RESET)
    assert (await bench.made.boot_state(SYSTEM)).override == for_good


async def test_an_empty_drive_is_passed_over_and_the_menu_waits_for_a_person(bench) -> None:
    await bench.made.override_boot(SYSTEM, replace(PXE, source=BootSource.CD))
    await bench.hardware.power(SYSTEM, PowerAction.RESET)
    bench.after(60)
    assert bench.node.order.running == "Ubuntu"
    await bench.made.override_boot(SYSTEM, replace(PXE, source=BootSource.BIOS_SETUP))
    await bench.hardware.power(SYSTEM, PowerAction.RESET)
    bench.after(200)
    assert (await bench.made.boot_state(SYSTEM)).stage is BootStage.SETUP_ENTERED
    assert not bench.node.slurmd
    await bench.hardware.power(SYSTEM, PowerAction.RESET)
    bench.after(60)
    assert (await bench.made.boot_state(SYSTEM)).stage is BootStage.OS_RUNNING


async def test_a_drained_node_comes_back_drained_with_the_reason_it_had(bench) -> None:
    scheduler = bench.adapters.scheduler
    await scheduler.drain([NAME], "megapod:op1 ann: new image")
    bench.pod.clock.world().scheduler.set_down(bench.node, "empty it", "root")
    await bench.hardware.power(SYSTEM, PowerAction.OFF)
    bench.after(60)
    assert not (await scheduler.nodes()).nodes[NAME].responding
    await bench.hardware.power(SYSTEM, PowerAction.ON)
    bench.after(29)
    state = await bench.made.boot_state(SYSTEM)
    assert state.stage is BootStage.OS_BOOT_STARTED
    bench.after(3)  # its OS is up, and slurmd is not yet
    assert (await bench.made.boot_state(SYSTEM)).stage is BootStage.OS_RUNNING
    assert not (await scheduler.nodes()).nodes[NAME].responding
    bench.after(3)
    facts = (await scheduler.nodes()).nodes[NAME]
    assert facts.responding
    assert "DRAIN" in facts.state
    assert facts.reason.text == "megapod:op1 ann: new image"
    await scheduler.resume([NAME])
    bench.after(5)
    assert (await scheduler.nodes()).nodes[NAME].service in (Service.IDLE, Service.MIXED, Service.ALLOCATED)


async def test_a_node_that_never_boots_stands_where_it_hangs_until_it_is_mended_and_reset(bench) -> None:
    bench.strike("node-never-boots", on=True)
    bench.after(100)
    state = await bench.made.boot_state(SYSTEM)
    assert (state.power, state.stage) == (Power.ON, BootStage.OS_BOOT_STARTED)
    await bench.hardware.power(SYSTEM, PowerAction.NMI)  # no kernel runs that could take it
    await bench.hardware.power(SYSTEM, PowerAction.CYCLE)
    bench.after(100)
    assert (await bench.made.boot_state(SYSTEM)).stage is BootStage.OS_BOOT_STARTED
    bench.strike("node-never-boots", on=False)
    await bench.hardware.power(SYSTEM, PowerAction.RESET)
    bench.after(31)
    assert (await bench.made.boot_state(SYSTEM)).stage is BootStage.OS_RUNNING


async def test_an_nmi_dumps_and_boots_anew_and_power_stays(bench) -> None:
    before = (await bench.made.boot_state(SYSTEM)).reset_at
    await bench.hardware.power(SYSTEM, PowerAction.NMI)
    bench.after(10)
    assert (await bench.made.boot_state(SYSTEM)).power is Power.ON
    assert not bench.node.slurmd
    bench.after(40)
    state = await bench.made.boot_state(SYSTEM)
    assert state.stage is BootStage.OS_RUNNING
    assert state.reset_at > before


async def test_gpus_and_links_are_counted_as_they_are_now(bench) -> None:
    await bench.hardware.inventory()
    whole = await bench.made.boot_state(SYSTEM, parts=True)
    assert (whole.gpus, whole.unread) == (4, ())
    assert whole.links
    assert whole.links_up == whole.links
    bench.strike("nvlink-down", on=True, target=f"{NAME}/1/0")
    assert (await bench.made.boot_state(SYSTEM, parts=True)).links_up == whole.links - 1
    bench.strike("gpu-lost", on=True, target=f"{NAME}/2")
    assert (await bench.made.boot_state(SYSTEM, parts=True)).gpus == 3
    bench.strike("gpu-lost", on=False, target=f"{NAME}/2")
    assert (await bench.made.boot_state(SYSTEM, parts=True)).gpus == 4


async def test_a_bmc_s_version_is_its_own_and_not_that_of_the_pod_s_controller(bench) -> None:
    assert (await bench.made.boot_state(SYSTEM)).bmc_version == "", "it was not asked for"
    state = await bench.made.boot_state(SYSTEM, bmc=True)
    assert (state.bmc_version, state.unread) == ("25.06-2", ())


async def test_one_bmc_hangs_and_the_others_answer(bench) -> None:
    await bench.hardware.inventory()
    bench.strike("bmc-node-hang", on=True)
    with pytest.raises(TimedOut):
        await bench.made.boot_state(SYSTEM)
    with pytest.raises(TimedOut, match=f"GET {SYSTEM}: no answer"):  # not even asked for: it does not look there
        await bench.hardware.power(SYSTEM, PowerAction.RESET)
    assert (await bench.made.boot_state(SYSTEM.replace("n02", "n03"))).power is Power.ON
    found = await bench.hardware.inventory()
    assert len(found.systems) == 4
    others = [facts for name, facts in found.systems.items() if name != NAME]
    assert {facts.power for facts in others} == {Power.ON}
    assert all(len(facts.gpus) == 4 for facts in others)
    assert any(SYSTEM in error for error in found.errors)
    bench.strike("bmc-node-hang", on=False)
    assert (await bench.made.boot_state(SYSTEM)).power is Power.ON


async def test_a_write_on_what_another_has_changed_is_really_refused(bench) -> None:
    """412 from the server itself: another operator sets the boot between the adapter's look and its write."""
    end = bench.pod.endpoints.redfish[0]
    password = Path(end.secret.password_command[-1]).read_text().strip()  # noqa: ASYNC240 - one line, in a test
    async with httpx.AsyncClient(
        base_url=end.url, auth=("admin", password), verify=client_context(fingerprint=end.fingerprint)
    ) as other:
        seen = await other.get(SYSTEM)
        await bench.made.override_boot(SYSTEM, PXE)
        late = await other.patch(
            SYSTEM, json={"Boot": {"BootSourceOverrideTarget": "Cd"}}, headers={"If-Match": seen.headers["ETag"]}
        )
        assert late.status_code == 412
        writer = bench.hardware._writer
        real = writer._service.patch

        async def raced(path, body, etag=""):
            if etag == before:
                await other.patch(SYSTEM, json={"Boot": {"BootSourceOverrideTarget": "Cd"}})
            return await real(path, body, etag)

        before = (await other.get(SYSTEM)).headers["ETag"]
        writer._service.patch = raced
        with pytest.raises(Conflict, match="changed by another"):
            await bench.made.override_boot(SYSTEM, NO_OVERRIDE)
    assert bench.node.order.target == "Cd"


async def test_refusals_name_what_is_offered_or_wrong(bench) -> None:
    with pytest.raises(NotSupported, match="it offers None, Pxe, Cd, Hdd, "):
        await bench.made.override_boot(SYSTEM, replace(PXE, source=BootSource.USB))
    with pytest.raises(Rejected, match="HttpBootUri"):
        await bench.made.override_boot(SYSTEM, replace(PXE, source=BootSource.UEFI_HTTP, http_uri="ftp://h/x"))
    assert bench.node.order.lasting == "Disabled"
    (slot,) = await bench.made.media(SYSTEM)
    with pytest.raises(BackendError):
        await bench.made.insert(slot.path, "not an address")
    assert await bench.made.light(SYSTEM, lit=True) is True
    assert await bench.made.light("/redfish/v1/Chassis/austin-r1-t02", lit=True) is True
    with suppress(BackendError):
        await bench.made.light("/redfish/v1/Chassis/austin-r1-t02", lit=False)
