"""Sessions: opened once, shared, renewed when forgotten, always deleted; passwords never tried over and over."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from backends.errors import AuthFailed, BackendError, Unreachable

GB300 = Path(__file__).parents[2] / "unit/samples/redfish/gb300"
SESSIONS = "/redfish/v1/SessionService/Sessions"


class Guard:
    """A service with sessions around a capture: the tokens it honours, and what became of them."""

    def __init__(self, inner, reply, *, password="secret"):
        self.inner, self.reply, self.password = inner, reply, password
        self.live: dict[str, str] = {}
        self.opened = 0
        self.deny = False
        self.wants_basic = False

    def __call__(self, request):
        if request.path == SESSIONS and request.method == "POST":
            return self._open(request)
        if request.method == "DELETE":
            return self.reply(204 if self.live.pop(request.path, None) else 404)
        if request.path != "/redfish/v1/" and not self._known(request):
            return self.reply(401)
        return self.inner(request)

    def _known(self, request):
        if self.deny:
            return False
        if self.wants_basic:
            return request.headers.get("authorization") == "Basic YWRtaW46c2VjcmV0"
        return request.headers.get("x-auth-token") in self.live.values()

    def _open(self, request):
        if self.wants_basic:
            return self.reply(405)
        if f'"{self.password}"'.encode() not in request.body:
            return self.reply(401, {"error": {"@Message.ExtendedInfo": [{"Message": "Bad\x1b[2J password."}]}})
        self.opened += 1
        place, token = f"{SESSIONS}/{self.opened}", f"token{self.opened}"
        self.live[place] = token
        return self.reply(201, {"@odata.id": place}, {"X-Auth-Token": token, "Location": f"http://elsewhere{place}"})


@pytest.fixture
async def guard(serve, capture, gb300, reply):
    made = Guard(capture(gb300), reply)
    made.served = await serve(made)
    return made


async def test_one_session_for_all_readers_and_none_left(guard, hardware):
    adapter = hardware(guard.served.url, user="admin", password="secret")
    await asyncio.gather(adapter.inventory(), adapter.inventory())
    assert guard.opened == 1
    assert len(guard.live) == 1
    await adapter.close()
    await adapter.close()
    assert guard.live == {}


async def test_session_deleted_underneath_is_renewed_once_by_all(guard, hardware):
    adapter = hardware(guard.served.url, user="admin", password="secret")
    await adapter.inventory()
    guard.live.clear()
    inventory = await adapter.inventory()
    assert inventory.errors == ()
    assert guard.opened == 2
    await adapter.close()
    assert guard.live == {}


async def test_401_storm_is_one_error_and_renews_no_more_than_once_a_minute(guard, hardware, pauses):
    adapter = hardware(guard.served.url, user="admin", password="secret")
    await adapter.inventory()
    guard.deny = True
    for _ in range(3):
        with pytest.raises(AuthFailed):
            await adapter.inventory()
    assert guard.opened == 2
    guard.deny = False
    await adapter.inventory()
    await adapter.close()
    assert guard.live == {}  # the one given up for lost as well


async def test_wrong_password_is_one_clear_line_and_tried_once_a_minute(guard, hardware, pauses):
    adapter = hardware(guard.served.url, user="admin", password="wrong")
    for _ in range(3):
        with pytest.raises(AuthFailed) as failed:
            await adapter.inventory()
    assert guard.served.paths("POST") == [SESSIONS]
    assert str(failed.value) == (
        f"{guard.served.url}: opening a session: 401 Unauthorized: Bad\ufffd[2J password. "
        '(check user and password; a service that wants Basic needs auth = "basic")'
    )
    pauses.now_s += 61
    with pytest.raises(AuthFailed):
        await adapter.inventory()
    assert len(guard.served.paths("POST")) == 2


async def test_service_without_sessions_gets_basic(guard, hardware):
    guard.wants_basic = True
    adapter = hardware(guard.served.url, user="admin", password="secret")
    assert len((await adapter.inventory()).systems) == 1
    await adapter.inventory()
    assert guard.served.paths("POST") == [SESSIONS]


async def test_session_is_deleted_after_a_failed_request(guard, hardware):
    adapter = hardware(guard.served.url, user="admin", password="secret")
    guard.inner = lambda _: guard.reply(500)
    with pytest.raises(BackendError):
        await adapter.inventory()
    await adapter.close()
    assert guard.live == {}


async def test_reader_cancelled_while_the_session_is_opened_leaves_none(guard, hardware):
    adapter = hardware(guard.served.url, user="admin", password="secret")
    guard.served.delay_s = 0.05
    reading = asyncio.create_task(adapter.inventory())
    await guard.served.asked("POST")
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await adapter.close()
    assert (guard.opened, guard.live) == (1, {})


async def test_close_that_is_cancelled_still_deletes(guard, hardware):
    adapter = hardware(guard.served.url, user="admin", password="secret")
    await adapter.inventory()
    guard.served.delay_s = 0.05
    closing = asyncio.create_task(adapter.close())
    await guard.served.asked("DELETE")
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert guard.live == {}


async def test_nothing_is_opened_after_close(guard, hardware):
    adapter = hardware(guard.served.url, user="admin", password="secret")
    await adapter.close()
    with pytest.raises(Unreachable, match="closed by us"):
        await adapter.inventory()
    assert guard.opened == 0


async def test_password_is_in_no_message_and_no_repr(guard, hardware):
    adapter = hardware(guard.served.url, user="admin", password="hunter2-not-it")
    with pytest.raises(AuthFailed) as failed:
        await adapter.inventory()
    assert "hunter2" not in f"{failed.value} {failed.value!r} {adapter!r} {vars(adapter)!r}"


@pytest.mark.parametrize(
    ("by", "known"), [("date", [-3600, -3600]), ("manager", [None, -3600]), ("stopped", [None] * 2)]
)
async def test_how_far_its_clock_is_from_ours(serve, hardware, capture, reply, by, known):
    """A manager's word counts once it has moved: a time that stands still is no clock's."""
    whole = capture(GB300)
    manager = "/redfish/v1/Managers/BMC_0"

    def handler(request):
        answer = whole(request)
        then = datetime.now(UTC) - timedelta(hours=1)
        if by == "date":
            return reply(answer.status, answer.body, answer.headers | {"date": format_datetime(then, usegmt=True)})
        if request.path == "/redfish/v1/":
            return reply(200, json.loads(answer.body) | {"Links": {"ManagerProvidingService": {"@odata.id": manager}}})
        said = then.isoformat() if by == "manager" else "2026-01-01T00:00:00Z"
        return reply(200, {"Id": "BMC_0", "DateTime": said}) if request.path == manager else answer

    served = await serve(handler)
    adapter = hardware(served.url)
    assert [(await adapter.inventory()).clock_ahead_s for _ in range(2)] == known
    await adapter.inventory()
    assert served.paths().count(manager) == (0 if by == "date" else 2)
