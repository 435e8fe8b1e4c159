"""Writes that a service accepts and does later: `202`, with a task monitor to ask (DSP0266, asynchronous operations).

The monitor answers 202 while the work goes on and then as the write itself would have. Services differ in the rest:
some drop it once it is done, some answer 200 with a Task that failed.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import msgspec

from backends.errors import Rejected, TimedOut
from backends.redfish.messages import refusal
from backends.redfish.resource import Resource
from backends.redfish.service import RedfishService
from backends.transport.http import Answer
from backends.transport.http_retry import retry_after_s

PATIENCE_S = 60.0
_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 10.0
_MOST_WORDS = 4
_GONE = frozenset({404, 410})
_FAILED = frozenset({"Exception", "Killed", "Cancelled", "Interrupted"})


async def settle(
    service: RedfishService,
    answer: Answer,
    request: str,
    *,
    sleep: Callable[[float], Awaitable[None]],
    clock: Callable[[], float],
) -> tuple[str, ...]:
    """Wait until accepted work is done; at once for an answer that is no 202. No longer than a minute.

    What its task said last, in the service's words; () where there was none, or it said nothing.

    Raises what its end deserves: Rejected for a task that failed, TimedOut for one that is not done by then.
    """
    monitor = answer.headers.get("location", "") if answer.status == 202 else ""
    deadline_s, said = clock() + PATIENCE_S, _words(answer)
    while monitor and answer.status == 202:
        if clock() >= deadline_s:
            raise TimedOut(f"{request}: accepted, and not done after {PATIENCE_S:g} s", where=service.where)
        wanted_s = retry_after_s(answer.headers.get("retry-after", ""), datetime.now(UTC))
        await sleep(min(wanted_s or _PAUSE_S, _LONGEST_PAUSE_S))
        answer = await service.fetch(service.paths.of(monitor))
        said = _words(answer) or said
    if answer.status in _GONE and monitor:
        return said
    if not 200 <= answer.status < 300:
        raise refusal(answer, request, service.where)
    _raise_if_failed(answer, request, service.where)
    return said


def _words(answer: Answer) -> tuple[str, ...]:
    """The messages of a Task (DSP0268 Task v1.7), its state before them; of nothing else."""
    try:
        task = Resource.of(answer.path, answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ()
    said = [text for one in task.items("Messages") if (text := one.text("Message", 200))]
    return (task.text("TaskState", 40), *said[-_MOST_WORDS:]) if said and task.text("TaskState") else ()


def _raise_if_failed(answer: Answer, request: str, where: str) -> None:
    try:
        task = Resource.of(answer.path, answer.body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return  # a success without a body, or with another one
    word = task.text("TaskState", 40)
    if word in _FAILED:
        said = next((message.text("Message", 200) for message in task.items("Messages")), "")
        raise Rejected(f"{request}: its task ended in {word}" + (f": {said}" if said else ""), where=where)
