"""OpenStack's Redfish emulator: 18 nodes behind one service, Basic only, no `$expand`, slow power."""

import asyncio

import pytest

from backends.errors import AuthFailed, NotSupported
from backends.model.node import Power
from backends.model.severity import Severity
from backends.ports import PowerAction

NODES = [f"gpu{number:03d}" for number in range(1, 19)]


async def test_inventory_of_18_nodes_and_a_cheaper_refresh(sushy, hardware):
    adapter = hardware(sushy.url, user=sushy.user, password=sushy.password, timeout_s=30.0)
    assert "Redfish" in await adapter.ping()
    inventory = await adapter.inventory()
    cost = adapter.requests
    again = await adapter.inventory()

    assert sorted(inventory.systems) == NODES
    assert sorted(again.systems) == NODES
    assert adapter.requests - cost < cost
    node = inventory.systems["gpu001"]
    assert node.health is Severity.OK
    assert node.uuid == "00000000-0000-4000-8000-000000000001"
    assert "ForceRestart" in node.reset_types


async def test_power_on_and_off(sushy, hardware):
    adapter = hardware(sushy.url, user=sushy.user, password=sushy.password, timeout_s=30.0)
    system = (await adapter.inventory()).systems["gpu003"].system
    for action, wanted in ((PowerAction.ON, Power.ON), (PowerAction.OFF, Power.OFF)):
        await adapter.power(system, action)
        async with asyncio.timeout(60):
            # A real server is polled as the console does; it has no event to wait for
            while (await adapter.inventory()).systems["gpu003"].power is not wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.2)


async def test_action_that_is_not_offered_names_what_is(sushy, hardware):
    adapter = hardware(sushy.url, user=sushy.user, password=sushy.password, timeout_s=30.0)
    system = (await adapter.inventory()).systems["gpu004"].system
    with pytest.raises(NotSupported, match=r"neither PowerCycle nor FullPowerCycle \(it offers On, ForceOff, "):
        await adapter.power(system, PowerAction.CYCLE)


async def test_wrong_password(sushy, hardware):
    adapter = hardware(sushy.url, user=sushy.user, password="wrong", timeout_s=30.0)
    with pytest.raises(AuthFailed, match="check user and password"):
        await adapter.inventory()
