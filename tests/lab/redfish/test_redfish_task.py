"""Power actions a service accepts with 202 and does as a task."""

import json

import pytest

from backends.errors import Rejected, TimedOut
from backends.ports import PowerAction

SYSTEM = "/redfish/v1/Systems/System_0"
TARGET = f"{SYSTEM}/Actions/ComputerSystem.Reset"
MONITOR = "/redfish/v1/TaskService/TaskMonitors/1"


@pytest.fixture
async def tasked(serve, hardware, capture, gb300, reply):
    """`await tasked(*replies)`: the reset answers 202; its monitor gives the replies, the last for ever."""

    async def start(*replies):
        whole, left = capture(gb300), list(replies)

        def handler(request):
            if request.path == TARGET:
                return reply(202, b"", {"Location": MONITOR, "Retry-After": "2"})
            if request.path == MONITOR:
                return left.pop(0) if len(left) > 1 else left[0]
            return whole(request)

        served = await serve(handler)
        return hardware(served.url), served

    return start


async def test_task_is_followed_to_its_end(tasked, reply, pauses):
    adapter, served = await tasked(reply(202), reply(202), reply(204))
    await adapter.power(SYSTEM, PowerAction.ON)
    assert pauses.slept == [2.0, 1.0, 1.0]
    assert served.paths().count(MONITOR) == 3


async def test_what_a_task_said_is_told(tasked, reply):
    """By the last look that had words: the monitor itself answers with nothing once it is done."""
    words = {"TaskState": "Running", "Messages": [{"Message": "Waiting for\x1b the host."}, {"MessageId": "X.1"}]}
    adapter, _ = await tasked(reply(202), reply(202, words), reply(204))
    assert await adapter.power(SYSTEM, PowerAction.ON) == ("Running", "Waiting for\ufffd the host.")
    adapter, _ = await tasked(reply(204))
    assert await adapter.power(SYSTEM, PowerAction.ON) == ()


async def test_monitor_that_is_dropped_when_done(tasked, reply):
    adapter, _ = await tasked(reply(404))
    await adapter.power(SYSTEM, PowerAction.ON)


@pytest.mark.parametrize("word", ["Exception", "Killed"])
async def test_task_that_failed_is_a_refusal_with_its_reason(tasked, reply, word):
    adapter, _ = await tasked(
        reply(202), reply(200, {"TaskState": word, "Messages": [{"Message": "No\x1b[2J power."}]})
    )
    with pytest.raises(Rejected, match=f"its task ended in {word}: No\ufffd"):
        await adapter.power(SYSTEM, PowerAction.ON)


async def test_refused_in_the_end(tasked, reply):
    adapter, _ = await tasked(reply(400, {"error": {"message": "wrong state"}}))
    with pytest.raises(Rejected, match="wrong state"):
        await adapter.power(SYSTEM, PowerAction.ON)


async def test_task_without_end_may_still_happen(tasked, reply, pauses):
    adapter, served = await tasked(reply(202, b"", {"Retry-After": "3600"}))
    with pytest.raises(TimedOut, match="it may still have happened"):
        await adapter.power(SYSTEM, PowerAction.ON)
    assert max(pauses.slept) == 10.0
    assert served.paths("POST") == [TARGET]
    assert json.loads(next(one.body for one in served.seen if one.method == "POST")) == {"ResetType": "On"}
