"""The steady refresh of a whole pod: a handful of requests, and word for word what a first reading would say."""

import pytest
from msgspec.structs import replace

from backends.redfish.adapter import RedfishHardware
from backends.simulator.faults import parse_fault
from backends.simulator.server import ServeOptions, serve
from backends.transport.http import HttpClient

ROUND_S = 5.0
HANDFUL = 12
LOOKED_AT_S = (10.0, 15.0, 35.0, 55.0, 60.0)  # the fault is new, known, has done what it does, is mended, is gone
FAULTS = (
    "node-off",
    "thermal",
    "gpu-xid",
    "gpu-ecc",
    "gpu-lost",
    "nvlink-down",
    "cdu-leak",
    "tray-leak",
    "pump-fail",
    "flow-low",
    "psu-lost",
    "shelf-lost",
    "pdu-outlet-off",
    "over-budget",
)


class Watched:
    """A small pod whose clock the test moves, and an adapter that has watched it from the beginning."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.opened: list[RedfishHardware] = []

    def adapter(self, endpoint):
        made = RedfishHardware(HttpClient(endpoint), endpoint, clock=lambda: self.now_s)
        self.opened.append(made)
        return made

    async def asked(self, adapter):
        before = adapter.requests
        inventory = await adapter.inventory()
        assert inventory.errors == ()
        return inventory, adapter.requests - before


@pytest.fixture
async def watched():
    made = Watched()
    yield made
    for adapter in made.opened:
        await adapter.close()


def options(watched, *faults):
    parsed = tuple(map(parse_fault, faults))
    return ServeOptions(racks=1, nodes=2, gpus=2, faults=parsed, plain=True, monotonic=lambda: watched.now_s)


def quick(inventory):
    """Everything but what may be a minute old: ECC counts and the links of GPUs and switches."""
    systems = {
        name: replace(
            one,
            gpus=tuple(
                replace(gpu, ecc_correctable=None, ecc_uncorrectable=None, nvlinks_up=None, power_limit_w=None)
                for gpu in one.gpus
            ),
        )
        for name, one in inventory.systems.items()
    }
    facts = {id_: replace(one, detail="") if id_.startswith("switch") else one for id_, one in inventory.facts.items()}
    return systems, facts, inventory.conditions


async def test_a_steady_refresh_is_a_handful_of_requests_and_tells_everything(watched):
    async with serve(options(watched)) as (pod,):
        adapter = watched.adapter(pod.endpoints.redfish[0])
        _, first = await watched.asked(adapter)
        for _ in range(14):  # beyond a minute: what is slow and what is set is then told again, too
            watched.now_s += ROUND_S
            inventory, cost = await watched.asked(adapter)
            assert cost <= HANDFUL
        fresh, _ = await watched.asked(watched.adapter(pod.endpoints.redfish[0]))
        assert quick(inventory) == quick(fresh)
        assert first > HANDFUL


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_a_refresh_says_of_a_fault_is_what_a_first_reading_says(watched, fault):
    async with serve(options(watched, f"{fault}@7-52")) as (pod,):
        adapter = watched.adapter(pod.endpoints.redfish[0])
        await watched.asked(adapter)
        for _ in range(14):
            watched.now_s += ROUND_S
            inventory, _ = await watched.asked(adapter)
            if watched.now_s in LOOKED_AT_S:
                fresh, _ = await watched.asked(watched.adapter(pod.endpoints.redfish[0]))
                assert quick(inventory) == quick(fresh), watched.now_s
        watched.now_s += 61.0
        inventory, _ = await watched.asked(adapter)
        fresh, _ = await watched.asked(watched.adapter(pod.endpoints.redfish[0]))
        assert (inventory.systems, inventory.facts) == (fresh.systems, fresh.facts)


async def test_hung_bmcs_behind_one_service_take_nobody_else_with_them(watched):
    nodes = [f"austin-r1-n0{number}" for number in range(1, 7)]
    hung = tuple(parse_fault(f"bmc-node-hang:{name}@3") for name in nodes[1:])
    served = ServeOptions(racks=1, nodes=6, gpus=2, faults=hung, plain=True, monotonic=lambda: watched.now_s)
    async with serve(served) as (pod,):
        adapter = watched.adapter(replace(pod.endpoints.redfish[0], timeout_s=0.3))
        await watched.asked(adapter)
        watched.now_s += ROUND_S
        before = adapter.requests
        inventory = await adapter.inventory()
        asked = adapter.requests - before
        assert {name: one.power.value for name, one in inventory.systems.items()} == {
            nodes[0]: "On",
            **dict.fromkeys(nodes[1:], "Unknown"),
        }
        assert {gpu.temp_c is None for gpu in inventory.systems[nodes[0]].gpus} == {False}
        assert {gpu.temp_c for name in nodes[1:] for gpu in inventory.systems[name].gpus} == {None}
        assert len(inventory.errors) < asked < HANDFUL + 15 * len(hung)
