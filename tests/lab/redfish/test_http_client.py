"""The HTTP transport against a real server that misbehaves."""

import asyncio
import logging
import socket

import pytest

from backends.errors import Malformed, Rejected, TimedOut, Unreachable
from backends.transport.http import HttpClient, HttpLimits


async def test_at_most_four_in_flight_whoever_asks(serve, client, reply):
    served = await serve(lambda _: reply(200, {}))
    served.delay_s = 0.01
    reached = client(served.url)
    await asyncio.gather(*(reached.get(f"/{number}") for number in range(24)))
    assert served.most_at_once == 4
    assert served.connections == 4
    assert reached.requests == 24


async def test_retry_after_is_honoured_for_get(serve, client, reply, pauses):
    answers = [reply(503, b"", {"Retry-After": "2"}), reply(200, {"ok": 1})]
    served = await serve(lambda _: answers.pop(0))
    answer = await client(served.url).get("/x")
    assert answer.status == 200
    assert pauses.slept == [2.0]


async def test_retry_after_is_bounded_in_times_and_in_length(serve, client, reply, pauses):
    served = await serve(lambda _: reply(503, b"", {"Retry-After": "3"}))
    assert (await client(served.url).get("/x")).status == 503
    assert pauses.slept == [3.0, 3.0]
    served.handler = lambda _: reply(503, b"", {"Retry-After": "600"})
    assert (await client(served.url).get("/x")).status == 503
    assert pauses.slept == [3.0, 3.0]


async def test_a_write_is_sent_once_whatever_comes_back(serve, client, reply, pauses):
    for answer in (reply(503, b"", {"Retry-After": "1"}), reply(fault="reset")):
        served = await serve(lambda _, answer=answer: answer)
        reached = client(served.url)
        if answer.fault:
            with pytest.raises(Unreachable):
                await reached.send("POST", "/x", body=b"{}")
        else:
            assert (await reached.send("POST", "/x", body=b"{}")).status == 503
        assert len(served.seen) == 1
    assert pauses.slept == []


async def test_connection_kept_too_long_is_replaced_for_get(serve, client, reply):
    answers = [reply(200, {}), reply(fault="reset"), reply(200, {})]
    served = await serve(lambda _: answers.pop(0))
    reached = client(served.url)
    await reached.get("/1")
    assert (await reached.get("/2")).status == 200
    assert reached.requests == 3


async def test_connection_that_is_always_reset(serve, client, reply):
    served = await serve(lambda _: reply(fault="reset"))
    with pytest.raises(Unreachable, match=r"connection was reset|broke off|was lost"):
        await client(served.url).get("/x")
    assert len(served.seen) == 2


async def test_truncated_answer(serve, client, reply):
    served = await serve(lambda _: reply(200, {"Members": [1] * 100}, fault="truncate"))
    with pytest.raises(Unreachable, match=r"GET /x: the answer broke off"):
        await client(served.url).get("/x")


async def test_hanging_answer_ends_at_its_deadline(serve, client, reply):
    served = await serve(lambda _: reply(fault="hang"))
    with pytest.raises(TimedOut, match=r"GET /x: no answer in 0.2 s"):
        await client(served.url, timeout_s=0.2).get("/x")


async def test_redirects_on_this_origin_are_followed(serve, client, reply):
    def handler(request):
        if request.path.endswith("/v1"):
            return reply(308, b"", {"Location": "/redfish/v1/?a=1"})
        return reply(200, {"query": request.query})

    served = await serve(handler)
    answer = await client(served.url).get("/redfish/v1")
    assert (answer.status, answer.path, answer.body) == (200, "/redfish/v1/?a=1", b'{"query": "a=1"}')


async def test_redirects_elsewhere_are_refused_and_nothing_is_sent_there(serve, client, reply):
    other = await serve(lambda _: reply(200, {}))
    served = await serve(lambda _: reply(302, b"", {"Location": other.url + "/redfish/v1"}))
    with pytest.raises(Rejected, match=r"redirects to .*another place"):
        await client(served.url).get("/x", headers={"X-Auth-Token": "t"})
    assert other.seen == []


async def test_redirects_in_a_circle(serve, client, reply):
    served = await serve(lambda _: reply(302, b"", {"Location": "/x"}))
    with pytest.raises(Malformed, match="circle"):
        await client(served.url).get("/x")


async def test_answers_are_bounded(serve, client, reply):
    served = await serve(lambda _: reply(200, b"x" * 5000))
    with pytest.raises(Malformed, match="larger than 1000 bytes"):
        await client(served.url, limits=HttpLimits(max_body_bytes=1000)).get("/x")


async def test_nobody_listens(client):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unreachable, match=r"connection refused \(is the controller up"):
            await client(f"http://127.0.0.1:{port}").get("/")


async def test_name_that_does_not_exist(client):
    with pytest.raises(Unreachable, match="its name is not known"):
        await client("http://no-such-host.invalid").get("/")


@pytest.mark.parametrize("url", ["ftp://bmc", "bmc01", "https://", "https://bmc:port", ""])
def test_address_that_is_none(client, url):
    with pytest.raises(Unreachable, match="not the address of an HTTP service"):
        client(url)


def test_password_in_the_address_is_refused_and_not_repeated(client):
    with pytest.raises(Unreachable) as failed:
        client("https://admin:hunter2@bmc01")
    assert "hunter2" not in str(failed.value)


async def test_proxies_of_the_environment_are_not_used(serve, client, reply, monkeypatch):
    proxy, served = await serve(lambda _: reply(200, {})), await serve(lambda _: reply(200, {}))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    await client(served.url).get("/")
    assert (len(proxy.seen), len(served.seen)) == (0, 1)


async def test_tokens_never_reach_a_log(serve, client, reply, caplog):
    caplog.set_level(logging.DEBUG)
    served = await serve(lambda _: reply(200, {}, {"X-Auth-Token": "token-of-mine"}))
    await client(served.url).get("/", headers={"X-Auth-Token": "token-of-mine"})
    assert "token-of-mine" not in caplog.text


async def test_closed_client_sends_nothing(serve, client, reply):
    served = await serve(lambda _: reply(200, {}))
    reached: HttpClient = client(served.url)
    await reached.get("/")
    await reached.close()
    with pytest.raises(Unreachable, match="closed by us"):
        await reached.get("/")
    assert len(served.seen) == 1
