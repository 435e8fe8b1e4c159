"""`megapod events` goes on where it stopped: nothing twice, nothing lost, and what may be lost is said."""

import asyncio
import json

import pytest

from backends.simulator.server import ServeOptions, serve
from console.config import Config, PodConfig
from console.exit import Exit
from console.headless import events
from console.headless.diagnostics import Stop
from console.main import parser_of

WITHIN_S = 30.0


@pytest.fixture
async def pod():
    """A pod on which nothing happens by itself."""
    async with serve(ServeOptions(racks=1, nodes=1, gpus=1, monotonic=lambda: 0.0)) as pods:
        yield pods[0]


@pytest.fixture
def heard(pod, capfd):
    """Runs the verb until it has printed what is waited for; gives its code, its items and what was said."""
    config = Config(pods={"austin": PodConfig(redfish=pod.endpoints.redfish)})

    async def run(*words, until=0, then=()):
        arguments = parser_of(["events"]).parse_args(["events", "-o", "jsonl", "--for", "60s", *words])
        task = asyncio.create_task(events._events(arguments, config))
        out = err = ""
        async with asyncio.timeout(WITHIN_S):
            while not opened(pod) and not task.done():  # noqa: ASYNC110 - what the server knows has no event
                await asyncio.sleep(0.01)
            for text in then:
                pod.service.controller.events.post("TestMessage", text=text)
            while out.count("\n") < until and not task.done():
                await asyncio.sleep(0.01)
                more = capfd.readouterr()
                out, err = out + more.out, err + more.err
        if not task.done():
            task.cancel()
        (code,) = await asyncio.gather(task, return_exceptions=True)
        more = capfd.readouterr()
        return code, [json.loads(line) for line in (out + more.out).splitlines()], err + more.err

    return run


def opened(pod):
    return any(one.streams for one in pod.service.controller.subscriptions._by_id.values())


def texts(items):
    return [item["text"] for item in items]


async def test_a_cursor_goes_on_after_its_event_without_loss_or_repetition(pod, heard):
    _, first, _ = await heard(until=2, then=("one", "two"))
    for text in ("three", "four"):
        pod.service.controller.events.post("TestMessage", text=text)
    _, second, said = await heard("--after-cursor", first[0]["cursor"], until=3)
    assert (texts(first), texts(second), said) == (["one", "two"], ["two", "three", "four"], "")
    _, third, _ = await heard("--after-cursor", second[-1]["cursor"], until=1, then=("five",))
    assert texts(third) == ["five"]


async def test_the_cursor_file_tells_each_event_once(pod, heard, tmp_path):
    file = str(tmp_path / "seen.json")
    _, first, _ = await heard("--cursor", file, until=2, then=("one", "two"))
    pod.service.controller.events.post("TestMessage", text="three")
    code, second, said = await heard("--cursor", file, "--for", "1s", until=999)
    assert (code, texts(first), texts(second), said) == (Exit.DONE, ["one", "two"], ["three"], "")


async def test_a_cursor_that_is_too_old_is_a_line_on_stderr_an_item_and_a_code(pod, heard):
    _, first, _ = await heard(until=1, then=("one",))
    for number in range(250):  # more than the controller keeps
        pod.service.controller.events.post("TestMessage", text=f"storm {number}")
    code, items, said = await heard("--after-cursor", first[0]["cursor"], "--for", "1s", until=999)
    assert code == Exit.PARTIAL
    assert [item["missing"] for item in items] == [True] + [False] * 200
    assert (items[0]["said_by"], items[0]["cursor"], items[1]["text"]) == ("megapod", None, "storm 50")
    assert said == "megapod: austin: redfish: it no longer has event 1: what came next may be missing\n"


async def test_a_controller_that_counts_anew_is_not_taken_for_the_one_of_the_cursor(pod, heard):
    _, first, _ = await heard(until=1, then=("one",))
    cursor = first[0]["cursor"].rpartition("/")[0] + "/000000000000"
    _, items, said = await heard("--after-cursor", cursor, until=2)
    assert [item["missing"] for item in items] == [True, False]
    assert "its event 1 is another one by now" in said


async def test_who_was_heard_before_and_said_nothing_may_have_spoken_since(pod, heard, tmp_path, monkeypatch):
    monkeypatch.setattr("backends.redfish.events.REPLAY_S", 0.2)
    file = str(tmp_path / "seen.json")
    code, items, _ = await heard("--cursor", file, "--for", "1s", until=1)
    assert (code, items) == (Exit.DONE, [])
    pod.service.controller.events.post("TestMessage", text="in between")
    code, items, said = await heard("--cursor", file, "--for", "1s", until=999)
    assert [item["missing"] for item in items] == [True]
    assert "nothing had been heard of it to go on after" in said


@pytest.mark.parametrize(
    ("cursor", "why"),
    [
        ("57", "is no cursor"),
        ("austin/redfish/57/x/56/00", "is no cursor"),
        ("autsin/redfish/57/0/56/00", "did you mean austin/redfish?"),
    ],
)
async def test_a_word_that_is_no_cursor_is_a_usage_error(heard, cursor, why):
    stop, items, _ = await heard("--after-cursor", cursor)
    assert isinstance(stop, Stop)
    assert (stop.code, items) == (Exit.USAGE, [])
    assert why in str(stop)
