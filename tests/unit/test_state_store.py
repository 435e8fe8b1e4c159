import asyncio

import pytest
from msgspec.structs import replace

from console.state.store import Store


@pytest.fixture
def store(make):
    store = Store()
    store.publish(make.snapshot(pod="alpha"))
    store.publish(make.snapshot(pod="beta"))
    return store


async def test_what_is_there_counts_as_changed_and_then_nothing_does(store, settled):
    with store.watch() as watch:
        assert await anext(watch) == ("alpha", "beta")
        waiting = asyncio.ensure_future(anext(watch))
        await settled()
        assert not waiting.done()
        store.publish(store["beta"])
        assert await waiting == ("beta",)


async def test_many_publishes_are_one_wake_with_the_latest(store):
    with store.watch() as watch:
        await anext(watch)
        for number in range(2, 100):
            store.publish(replace(store["alpha"], number=number))
        assert await anext(watch) == ("alpha",)
        assert store["alpha"].number == 99
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await anext(watch)


async def test_every_watcher_wakes_and_one_that_left_is_forgotten(store):
    with store.watch() as first:
        with store.watch() as second:
            await anext(first)
            await anext(second)
            store.publish(store["alpha"])
            assert await anext(first) == await anext(second) == ("alpha",)
        assert store._watchers == {first}
    assert not store._watchers


async def test_until_sees_what_holds_already_and_what_comes(store, settled):
    assert (await store.until(lambda latest: latest["alpha"].number == 1))["alpha"].number == 1
    waiting = asyncio.ensure_future(store.until(lambda latest: latest["alpha"].number == 3))
    await settled()
    store.publish(replace(store["alpha"], number=2))
    await settled()
    assert not waiting.done()
    store.publish(replace(store["alpha"], number=3))
    assert (await waiting)["alpha"].number == 3
    assert not store._watchers


async def test_what_a_reader_takes_is_a_copy(store):
    taken = store.snapshots
    taken.clear()
    assert list(store.snapshots) == ["alpha", "beta"]
