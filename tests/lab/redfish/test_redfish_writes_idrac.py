"""badfish's emulator of an iDRAC: TLS pinned, sessions only, PATCH answered with an empty 200, tasks."""

import asyncio

import pytest

from backends.errors import NotSupported, Untrusted
from backends.model.boot import NO_OVERRIDE, BootOverride, BootSource, Lasting
from backends.model.node import Power
from backends.ports import PowerAction

SYSTEM = "/redfish/v1/Systems/System.Embedded.1"
ONCE = BootOverride(source=BootSource.PXE, lasting=Lasting.ONCE)


@pytest.fixture
def idrac(badfish, hardware):
    return hardware(
        badfish.url, user=badfish.user, password=badfish.password, fingerprint=badfish.fingerprint, timeout_s=30.0
    )


async def test_an_empty_200_is_read_back(idrac):
    made = idrac.provisioner
    assert await made.override_boot(SYSTEM, ONCE) == BootOverride(source=BootSource.PXE, lasting=Lasting.ONCE, mode="")
    cost = idrac.requests
    await made.override_boot(SYSTEM, ONCE)
    assert idrac.requests - cost == 2  # it is so already: looked at, and nothing sent
    assert not (await made.override_boot(SYSTEM, NO_OVERRIDE)).set
    with pytest.raises(NotSupported, match="cannot start from UefiHttp"):
        await made.override_boot(SYSTEM, BootOverride(source=BootSource.UEFI_HTTP, lasting=Lasting.ONCE))


async def test_power_in_all_its_words(idrac):
    made = idrac.provisioner

    async def power(action, wanted):
        await idrac.power(SYSTEM, action)
        async with asyncio.timeout(20):
            # A real server is polled as the console does; it has no event to wait for
            while (await made.boot_state(SYSTEM)).power is not wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    await power(PowerAction.ON, Power.ON)
    await power(PowerAction.SHUT_DOWN, Power.OFF)
    await power(PowerAction.ON, Power.ON)
    await power(PowerAction.CYCLE, Power.ON)
    await power(PowerAction.OFF, Power.OFF)
    with pytest.raises(NotSupported, match="no light"):
        await made.light(SYSTEM, lit=True)


async def test_media_are_found_below_the_manager(idrac):
    made = idrac.provisioner
    image = "http://127.0.0.1:9/images/os.iso"
    slots = await made.media(SYSTEM)
    assert len(slots) == 1
    put = await made.insert(slots[0].path, image)
    assert put.inserted
    out = await made.eject(slots[0].path)
    assert out.inserted is False


async def test_a_task_is_followed(idrac):
    """The adapter asks for nothing there that becomes a task: its writer is handed an action that does."""
    target = "/redfish/v1/Managers/iDRAC.Embedded.1/Actions/Oem/EID_674_Manager.ImportSystemConfiguration"
    await idrac._writer.act(target, {"ShareParameters": {"Target": "ALL"}})
    before = idrac.requests
    said = await idrac._writer.act(target, {"ShareParameters": {"Target": "ALL"}})
    assert idrac.requests - before > 1, "its task is looked at"
    assert said == (), "the tasks there say nothing"


async def test_another_certificate_is_not_talked_to(badfish, hardware):
    stranger = hardware(badfish.url, user=badfish.user, password=badfish.password, fingerprint="00" * 32)
    with pytest.raises(Untrusted):
        await stranger.ping()
