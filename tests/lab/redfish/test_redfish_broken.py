"""Captures behind a service that breaks one path in five, in every way: one kind of error, and no empty table."""

import contextlib
import json
import os
from pathlib import Path
from random import Random

import pytest

from backends.errors import BackendError

MOCKUPS = os.environ.get("MEGAPOD_REDFISH_MOCKUPS", "")
CAPTURES = sorted(path for path in Path(MOCKUPS).iterdir() if path.is_dir()) if MOCKUPS else []
SHARE = 0.2
WRONG = (
    None,
    "text",
    7,
    True,
    [],
    [None],
    [{"@odata.id": 3}],
    {},
    {"Members": None},
    {"Reading": "x", "@odata.id": None},
)


def spoilt(body, random):
    """The same resource with some of its properties null, or of another type."""
    whole = json.loads(body)
    for name in sorted(whole):
        if random.random() < 0.3:
            whole[name] = random.choice(WRONG)
    return whole


@pytest.fixture
def breaking(reply):
    """`breaking(handler, seed)`: the handler, of which a fifth of the paths is broken, each in its own way."""

    def wrap(handler, seed):
        def broken(request):
            answer = handler(request)
            random = Random(f"{seed} {request.path}")
            if answer.status != 200 or random.random() >= SHARE:
                return answer
            ways = (
                reply(404),
                reply(500),
                reply(200, b"<html>busy</html>", {"content-type": "text/html"}),
                reply(200, answer.body[: len(answer.body) // 2], answer.headers),
                reply(200, b"null", answer.headers),
                reply(200, spoilt(answer.body, random)),
            )
            return random.choice(ways)

        return broken

    return wrap


@pytest.mark.parametrize("seed", range(12))
async def test_a_broken_service_raises_only_what_ports_raise_and_loses_nothing(
    serve, hardware, capture, gb300, breaking, seed
):
    await _bears_with(serve, hardware, capture(gb300), breaking, seed)


# Captures of real machines are others' data and not in this repository; the gate points at them where they are.
@pytest.mark.skipif(not MOCKUPS, reason="MEGAPOD_REDFISH_MOCKUPS names no folder of captures")
@pytest.mark.parametrize("folder", CAPTURES, ids=lambda path: path.name)
@pytest.mark.parametrize("seed", range(3))
async def test_so_does_any_capture(serve, hardware, capture, breaking, folder, seed):
    await _bears_with(serve, hardware, capture(folder), breaking, seed)


async def _bears_with(serve, hardware, whole, breaking, seed):
    served = await serve(breaking(whole, seed))
    with contextlib.suppress(BackendError):  # the root or the list of systems is broken: told in one line
        await hardware(served.url).inventory()

    served.handler = whole
    adapter = hardware(served.url)
    known = await adapter.inventory()
    served.handler = breaking(whole, seed)
    try:
        after = await adapter.inventory()
    except BackendError:
        return
    assert after.systems.keys() == known.systems.keys()
    assert after.facts.keys() == known.facts.keys()
