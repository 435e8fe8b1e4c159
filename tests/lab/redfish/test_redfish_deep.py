"""`$expand` in depth: one GET for a node's GPUs and all below them, and never a word believed that was not proved."""

import json

import pytest

V1 = "/redfish/v1"


class Deep:
    """A service that expands to any depth; `lose(path, body)` takes something away inside another resource."""

    def __init__(self, inner, reply, *, lose=None, levels=6):
        self.inner, self.reply, self.lose, self.levels = inner, reply, lose, levels

    def __call__(self, request):
        path, query = request.path, request.query
        found = self.read(request, path)
        request.path, request.query = path, query
        if found is None:
            return self.reply(404)
        if request.path.rstrip("/") == V1:
            expand = {"NoLinks": True, "Levels": self.levels > 1, "MaxLevels": self.levels}
            found |= {"ProtocolFeaturesSupported": {"ExpandQuery": expand}}
        asked = int(query.removeprefix("$expand=.").strip("()").removeprefix("$levels=") or 1) if query else 0
        body = self.below(request, found, asked)
        request.path, request.query = path, query
        return self.reply(200, body)

    def read(self, request, path):
        request.path, request.query = path, ""
        answer = self.inner(request)
        return json.loads(answer.body) if answer.status == 200 else None

    def below(self, request, body, left):
        return {name: item if name == "Links" else self.expanded(request, item, left) for name, item in body.items()}

    def expanded(self, request, value, left):
        if isinstance(value, list):
            return [self.expanded(request, item, left) for item in value]
        if not isinstance(value, dict):
            return value
        found = self.read(request, value["@odata.id"]) if left and list(value) == ["@odata.id"] else None
        if found is None:
            return self.below(request, value, left)
        if self.lose:
            self.lose(value["@odata.id"], found)
        return self.below(request, found, left - 1)


async def discovered(serve, hardware, handler):
    served = await serve(handler)
    adapter = hardware(served.url)
    inventory = await adapter.inventory()
    return inventory, [f"{request.path}?{request.query}".rstrip("?") for request in served.seen]


async def test_gpus_and_all_below_them_come_in_one_get(serve, hardware, capture, gb300, reply):
    plain, asked_plain = await discovered(serve, hardware, capture(gb300))
    found, asked = await discovered(serve, hardware, Deep(capture(gb300), reply))
    assert found.systems == plain.systems
    assert [one.measurements for one in found.facts.values()] == [one.measurements for one in plain.facts.values()]
    assert f"{V1}/Systems/HGX_Baseboard_0/Processors?$expand=.($levels=3)" in asked
    alone = [path for path in asked if path.endswith("EnvironmentMetrics") and "GPU_" in path]
    assert len(alone) == 1, "one of them is read by itself, to prove the rest"
    assert len(asked) < len(asked_plain)


@pytest.mark.parametrize("lost", ["PowerWatts", "TemperatureCelsius"])
async def test_a_kind_that_loses_something_inside_another_is_read_one_by_one(
    serve, hardware, capture, gb300, reply, lost
):
    def lose(path, body):
        if path.endswith("EnvironmentMetrics"):
            body.pop(lost, None)

    plain, _ = await discovered(serve, hardware, capture(gb300))
    found, asked = await discovered(serve, hardware, Deep(capture(gb300), reply, lose=lose))
    assert found.systems == plain.systems
    assert len({path for path in asked if path.endswith("EnvironmentMetrics") and "GPU_" in path}) == 4


async def test_a_service_that_expands_one_level_is_not_asked_for_more(serve, hardware, capture, gb300, reply):
    plain, _ = await discovered(serve, hardware, capture(gb300))
    found, asked = await discovered(serve, hardware, Deep(capture(gb300), reply, levels=1))
    assert found.systems == plain.systems
    assert not [path for path in asked if "levels" in path]


async def test_a_service_that_promises_depth_and_gives_none_is_asked_once_of_each_kind(
    serve, hardware, capture, gb300, reply
):
    inner = Deep(capture(gb300), reply)

    def handler(request):
        request.query = ""
        return inner(request)

    def counting(request):
        query = request.query
        answer = handler(request)
        request.query = query
        return answer

    plain, _ = await discovered(serve, hardware, capture(gb300))
    found, asked = await discovered(serve, hardware, counting)
    assert found.systems == plain.systems
    there = [path for path in asked if "levels" in path and "/System_0/" not in path]  # whose link dangles
    tried = [path.partition("?")[0].rpartition("/")[2] for path in there]
    assert "Processors" in tried
    assert len(set(tried)) == len(tried)
