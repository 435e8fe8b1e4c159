"""A hung BMC behind a controller that answers for others: found out once, waited for by no later round, heard again."""

import asyncio

from backends.redfish.adapter import REDISCOVER_INCOMPLETE_S

CHASSIS = "/redfish/v1/Chassis/Chassis_0"
PATIENCE_S = 2.0  # what a reply of our own server may take on a loaded machine


async def test_what_hangs_is_asked_beside_the_rounds_until_it_answers(serve, hardware, capture, gb300, reply, pauses):
    paused, again = asyncio.Event(), asyncio.Event()

    async def pause(_):
        paused.set()
        await again.wait()

    pauses.sleep = pause
    hung = {CHASSIS: reply(fault="hang")}
    whole = capture(gb300)
    served = await serve(lambda request: hung.get(request.path) or whole(request))
    adapter = hardware(served.url, timeout_s=PATIENCE_S)
    first = await adapter.inventory()
    await paused.wait()  # it has been asked once more by now, for as long as anything else
    before = len(served.seen)
    second = await adapter.inventory()
    assert CHASSIS not in [request.path for request in served.seen[before:]]
    (told,) = second.errors
    assert (told,) == first.errors
    assert told == f"GET {CHASSIS}: no answer in 2 s"

    hung.clear()
    again.set()
    while (inventory := await adapter.inventory()).errors:
        pauses.now_s += REDISCOVER_INCOMPLETE_S
    assert inventory.systems["System_0"].chassis == "Chassis_0" != second.systems["System_0"].chassis


async def test_a_question_to_what_hangs_ends_with_the_adapter(serve, hardware, capture, gb300, reply):
    whole = capture(gb300)
    hang = reply(fault="hang")
    served = await serve(lambda request: hang if request.path == CHASSIS else whole(request))
    adapter = hardware(served.url, timeout_s=PATIENCE_S)
    await adapter.inventory()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await adapter.close()
    assert [task for task in others if "Silence._ask" in repr(task) and not task.done()] == []
