"""Captures that we do not have: the ones we have, spoilt in every way we can think of, over real HTTP.

One resource at a time first: what hangs on the others must be as before, and what was lost must be named. Then many at
once: whatever comes is an inventory or one of the port's errors, after no more requests than a healthy round's many
times over, and the rules and forms of the console bear what came of it.
"""

import json
import math
import os
from pathlib import Path
from random import Random

import msgspec
import pytest

from backends.errors import BackendError
from backends.model.endpoint import RedfishEndpoint
from backends.model.measurement import Measurement
from backends.model.observation import HardwareInventory
from console.config import Config, PodConfig
from console.headless.document import findings, gpus, nodes, plant, racks
from console.state.session import Session

V1 = "/redfish/v1"
HOST = f"{V1}/Systems/System_0"
GPU = f"{V1}/Systems/HGX_Baseboard_0/Processors/GPU_2"
MOCKUPS = os.environ.get("MEGAPOD_REDFISH_MOCKUPS", "")
captures = pytest.mark.skipif(not MOCKUPS, reason="MEGAPOD_REDFISH_MOCKUPS names no folder of captures")
NONSENSE = (None, True, -1, 10**400, 1e308, "", "?", "\x1b[31m\x00red", [], [None], {}, {"@odata.id": None}, "9" * 5000)
LINKS = (f"{V1}/nowhere", V1, f"{V1}/", "", "/", "redfish", "../..", "//", "http://127.0.0.1:9/x", "#", 7, None, [])


def spoilt_value(random, body):
    """One value somewhere in a body is another, or gone."""
    inside, at = random.choice(list(places(body)))
    if random.random() < 0.2 and isinstance(inside, dict):
        del inside[at]
    elif at == "@odata.id":
        inside[at] = random.choice(LINKS)
    else:
        inside[at] = random.choice(NONSENSE)
    return body


def places(body):
    keys = body.keys() if isinstance(body, dict) else range(len(body))
    for key in keys:
        yield body, key
        if isinstance(body[key], dict | list):
            yield from places(body[key])


def spoilt_members(random, body, path):
    """A list that is null, holds itself, its parent or nonsense, or goes on for ever."""
    real = body.get("Members") or []
    ways = (
        {"Members": None},
        {"Members": [None, 7, "x", [], {}, *real]},
        {"Members": [*real, *real]},
        {"Members": [{"@odata.id": path}, {"@odata.id": V1}, *real]},
        {"Members": [{"@odata.id": f"{path}/gone"}, *real]},
        {"Members@odata.nextLink": path},
        {"Members@odata.count": -1, "Members": real},
        {"Members": {"@odata.id": path}},
    )
    return body | random.choice(ways)


def no_resource(random, reply, path):
    """No resource at all: a status, a page, half of one, a redirect."""
    page = b"<!DOCTYPE html><html><body>busy</body></html>"
    html = {"content-type": "text/html"}
    return random.choice(
        (
            reply(404),
            reply(403, {"error": {"message": "no"}}),
            reply(500, b"\xff\xfe"),
            reply(503, page, html),
            reply(200, page, html),
            reply(200, b""),
            reply(204),
            reply(200, b"[]"),
            reply(200, b"17"),
            reply(200, b"null"),
            reply(200, b'{"Id": "half'),
            reply(200, b'{"Id": NaN}'),
            reply(200, b'{"Reading": 1e999, "Id": "x"}'),
            reply(200, b"[" * 5000),
            reply(200, b"\xff\xfe\x00\x00"),
            reply(301, b"", {"location": path}),
            reply(302, b"", {"location": f"{V1}/"}),
            reply(307, b"", {"location": "http://127.0.0.1:9/elsewhere"}),
            reply(308, b"", {}),
            reply(400, {"error": {"@Message.ExtendedInfo": "text"}}),
            reply(200, b"{}", {"content-encoding": "gzip"}),
            reply(200, b'{"Id": 1}', fault="truncate"),
            reply(200, b"", fault="reset"),
        )
    )


class Spoilt:
    """A capture whose resources are spoilt, each one always the same way."""

    def __init__(self, inner, reply, seed, chosen):
        self.inner, self.reply, self.seed, self.chosen = inner, reply, seed, chosen

    def __call__(self, request):
        answer = self.inner(request)
        random = Random(f"{self.seed} {request.path.rstrip('/')}")
        if request.method != "GET" or answer.status != 200 or not self.chosen(random, request.path.rstrip("/")):
            return answer
        body = json.loads(answer.body) if isinstance(answer.body, bytes) else answer.body
        way = random.random()
        if way < 0.3:
            return no_resource(random, self.reply, request.path)
        if way < 0.5 and "Members" in body:
            return self.reply(200, spoilt_members(random, body, request.path))
        for _ in range(random.choice((1, 1, 3, 30))):
            spoilt_value(random, body)
        return self.reply(200, body)


def sound(inventory):
    """What came of it can be told: no number that is none, no control characters, every edge between known things."""
    assert isinstance(inventory, HardwareInventory)
    said = msgspec.json.encode(inventory).decode()
    assert "\\u001b" not in said
    assert "\\u0000" not in said
    measured = [one for facts in inventory.facts.values() for one in facts.measurements]
    for one in measured:
        assert isinstance(one, Measurement)
        assert one.value is None or math.isfinite(one.value)
    known = {one.id for one in inventory.components} | {f"node:{name}" for name in inventory.systems}
    assert {end for edge in inventory.edges for end in (edge.source, edge.target)} <= known


async def asked(hardware, url, rounds=2):
    """What rounds on a service gave: inventories, or the errors that ended them."""
    adapter = hardware(url)
    found = []
    for _ in range(rounds):
        try:
            found.append(await adapter.inventory())
        except BackendError as error:
            found.append(error)
    assert not [one for one in found if isinstance(one, BackendError) and "\n" in str(one)]
    return found


@pytest.mark.parametrize("seed", range(30))
async def test_one_spoilt_resource_costs_what_hangs_on_it_and_no_more(serve, hardware, capture, gb300, reply, seed):
    paths = sorted(f"/{one.parent.relative_to(gb300)}" for one in gb300.rglob("index.json"))
    path = paths[seed % len(paths)]
    whole = await serve(capture(gb300))
    (healthy,) = await asked(hardware, whole.url, 1)
    served = await serve(Spoilt(capture(gb300), reply, seed, lambda _, at: at == path))
    for found in await asked(hardware, served.url):
        assert len(served.seen) < 4 * len(whole.seen) + 40
        if isinstance(found, BackendError):
            assert path in (V1, HOST, f"{V1}/Systems"), f"{path}: {found}"
            continue
        sound(found)
        if path.startswith(f"{V1}/Chassis/") and "System_0" in found.systems:
            before, after = healthy.systems["System_0"], found.systems["System_0"]
            told = "power", "health", "serial", "uuid", "bios", "reset_types", "gpus"
            assert [getattr(after, name) for name in told] == [getattr(before, name) for name in told]
        if path.startswith(f"{GPU}/"):
            others = [gpu for gpu in healthy.systems["System_0"].gpus if gpu.index != 2]
            assert [gpu for gpu in found.systems["System_0"].gpus if gpu.index != 2] == others


@pytest.mark.parametrize("path", [GPU, f"{GPU}/EnvironmentMetrics", f"{V1}/Chassis/Chassis_0", f"{V1}/Chassis"])
async def test_what_could_not_be_read_is_named_and_unknown(serve, hardware, capture, gb300, reply, path):
    whole = capture(gb300)
    page = reply(200, b"<html></html>", {"content-type": "text/html"})
    served = await serve(lambda request: page if request.path.rstrip("/") == path else whole(request))
    for found in await asked(hardware, served.url):
        assert [error for error in found.errors if path in error], found.errors
        node = found.systems["System_0"]
        if path.startswith(GPU):
            assert len([gpu for gpu in node.gpus if gpu.temp_c is None]) + 4 - len(node.gpus) == 1
        else:
            assert (node.temp_c, node.chassis) == (None, "") or path.endswith("/Chassis_0")


def folders():
    wanted = ("dmtf-public-rackmount1", "lambda-powershelf-delta", "cray-EX235n")
    return [Path(MOCKUPS) / name for name in wanted] if MOCKUPS else []


@captures
@pytest.mark.parametrize("folder", folders(), ids=lambda path: path.name)
@pytest.mark.parametrize("share", [0.05, 0.4])
async def test_many_spoilt_resources_never_end_in_anything_but_an_answer(
    serve, hardware, capture, reply, folder, share
):
    whole = await serve(capture(folder))
    await asked(hardware, whole.url, 1)
    handler = Spoilt(capture(folder), reply, share, lambda random, _: random.random() < share)
    served = await serve(handler)
    for found in await asked(hardware, served.url):
        if not isinstance(found, BackendError):
            sound(found)
    assert len(served.seen) < 4 * len(whole.seen) + 200
    assert served.most_at_once <= 4


@pytest.mark.parametrize("seed", range(6))
async def test_the_console_bears_whatever_came_of_it(serve, capture, gb300, reply, seed):
    root = lambda random, path: path not in (V1, f"{V1}/Systems") and random.random() < 0.5  # noqa: E731
    served = await serve(Spoilt(capture(gb300), reply, seed, root))
    pod = PodConfig(redfish=(RedfishEndpoint(url=served.url, auth="none", timeout_s=5.0),))
    async with Session(Config(pods={"pod": pod})) as session:
        for _ in range(2):
            now = (await session.look(30.0))["pod"]
            assert now.sources["redfish"].observed_at is not None or now.findings
            for listed in (nodes, gpus, plant, findings, racks):
                assert msgspec.json.encode(list(listed(now)))
