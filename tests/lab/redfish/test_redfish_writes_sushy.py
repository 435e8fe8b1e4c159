"""Writes on OpenStack's emulator: no ETags, Continuous whatever is asked, slow power, drives below the system."""

import asyncio

import pytest

from backends.errors import BackendError, Conflict, NotSupported
from backends.model.boot import NO_OVERRIDE, BootOverride, BootSource, BootStage, Lasting
from backends.model.node import Power
from backends.ports import PowerAction


@pytest.fixture
async def node(sushy, hardware):
    """`await node(7)`: the adapter, and the address of that node."""

    async def found(number):
        adapter = hardware(sushy.url, user=sushy.user, password=sushy.password, timeout_s=30.0)
        return adapter, f"/redfish/v1/Systems/00000000-0000-4000-8000-{number:012d}"

    return found


async def test_boot_override_says_what_is_and_not_what_was_asked(node):
    adapter, system = await node(7)
    made = adapter.provisioner
    after = await made.override_boot(system, BootOverride(source=BootSource.PXE, lasting=Lasting.ONCE))
    assert (after.source, after.lasting, after.mode) == (BootSource.PXE, Lasting.CONTINUOUS, "UEFI")
    assert (await made.boot_state(system)).override == after
    assert not (await made.override_boot(system, NO_OVERRIDE)).set


async def test_what_a_node_cannot_start_from_names_what_it_can(node):
    adapter, system = await node(7)
    with pytest.raises(NotSupported, match=r"cannot start from Usb \(it offers Pxe, Cd, Hdd"):
        await adapter.provisioner.override_boot(system, BootOverride(source=BootSource.USB, lasting=Lasting.ONCE))


async def test_an_http_boot_that_was_not_taken_is_an_error(node):
    """sushy fetches the image at once: where there is none, the node must not be thought to boot it."""
    adapter, system = await node(8)
    wanted = BootOverride(
        source=BootSource.UEFI_HTTP, lasting=Lasting.ONCE, http_uri="http://127.0.0.1:9/boot/grub.efi"
    )
    with pytest.raises(BackendError):
        await adapter.provisioner.override_boot(system, wanted)
    assert (await adapter.provisioner.boot_state(system)).override.source is not BootSource.UEFI_HTTP


async def test_slow_power_is_watched_by_one_request_a_look(node):
    adapter, system = await node(9)
    made = adapter.provisioner
    state = await made.boot_state(system)
    assert (state.power, state.stage, state.gpus) == (Power.OFF, BootStage.UNKNOWN, None)
    await adapter.power(system, PowerAction.ON)
    before = adapter.requests
    looks = 0
    async with asyncio.timeout(60):
        while True:
            looks += 1
            if (await made.boot_state(system)).power is Power.ON:
                break
            await asyncio.sleep(0.2)  # a real server has no event to wait for
    assert adapter.requests - before == looks
    await adapter.power(system, PowerAction.RESET)
    await adapter.power(system, PowerAction.SHUT_DOWN)
    async with asyncio.timeout(60):
        # as above
        while (await made.boot_state(system)).power is not Power.OFF:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def test_media_go_in_and_out_and_another_image_is_a_conflict(node, images):
    adapter, system = await node(10)
    made = adapter.provisioner
    slots = {slot.types: slot for slot in await made.media(system)}
    drive = next(slot for types, slot in slots.items() if "CD" in types)
    assert drive.insertable
    image = f"{images}/os.iso"
    assert (await made.insert(drive.path, image)).inserted
    assert [slot.inserted for slot in await made.media(system) if slot.path == drive.path] == [True]
    with pytest.raises(Conflict, match=r"it holds .*os\.iso"):
        await made.insert(drive.path, f"{images}/other.iso")
    before = adapter.requests
    await made.insert(drive.path, image)
    assert adapter.requests - before == 1
    out = await made.eject(drive.path)
    assert (out.inserted, out.image) == (False, "")
    before = adapter.requests
    await made.eject(drive.path)
    assert adapter.requests - before == 1


async def test_an_image_that_cannot_be_fetched_is_refused(node):
    adapter, system = await node(11)
    drive = next(slot for slot in await adapter.provisioner.media(system) if "CD" in slot.types)
    with pytest.raises(BackendError):
        await adapter.provisioner.insert(drive.path, "http://127.0.0.1:9/none.iso")
    assert not next(slot for slot in await adapter.provisioner.media(system) if slot.path == drive.path).inserted


async def test_the_light_of_the_older_kind(node):
    adapter, system = await node(12)
    assert await adapter.provisioner.light(system, lit=True) is True
    assert (await adapter.provisioner.boot_state(system)).indicator is True
    assert await adapter.provisioner.light(system, lit=False) is False


async def test_no_aggregation_service_means_nothing_is_sent(node):
    adapter, system = await node(13)
    before = adapter.requests
    assert not await adapter.power_together([system], PowerAction.ON, batch=4, delay_s=30)
    assert adapter.requests - before == 1
