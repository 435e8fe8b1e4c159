"""Power as an operation, from plan to end, on controllers without a scheduler: sushy's, and an aggregating one."""

import asyncio
import json

import pytest

from backends.model.endpoint import RedfishEndpoint, SecretRef
from backends.model.node import Power
from backends.redfish.task import PATIENCE_S
from console.actions import action
from console.config import Config, PodConfig
from console.exit import Exit
from console.operations.carrier import Here
from console.operations.draft import draft
from console.operations.event import Actor, Intended
from console.operations.memory import Memory
from console.operations.request import Options
from console.operations.result import Outcome
from console.state.session import Session
from console.targets import Targets, expand

WITHIN_S = 60.0
ROOT = "/redfish/v1"
MONITOR = f"{ROOT}/TaskService/TaskMonitors/1"
AGGREGATES = f"{ROOT}/AggregationService/Aggregates"


class Pod:
    """A watched session over one controller, and the operations that are carried on it."""

    def __init__(self, session):
        self.session = session
        self.journal = Memory(session.clock.now, Actor("ann", "desk", 1))

    def plan(self, nodes, power, **options):
        targets = Targets("lab", expand(nodes))
        return draft(self.session, action("power"), targets, "", Options(power=power, **options))

    async def run(self, nodes, power, **options):
        plan = self.plan(nodes, power, **options)
        assert not plan.refused, plan.blockers
        async with asyncio.timeout(WITHIN_S):
            async for operation in Here(self.journal).carry(self.session, plan):
                last = operation
        return last.result

    def asked(self):
        events = [entry.event for entry in self.journal.kept]
        return [(event.step, event.nodes) for event in events if isinstance(event, Intended)]


@pytest.fixture
async def reach():
    """`await reach(url, **endpoint)`: a pod behind that controller, looked at once and watched since."""
    opened = []

    async def one(url, **endpoint):
        reached = RedfishEndpoint(url=url, **endpoint)
        session = Session(Config(pods={"lab": PodConfig(redfish=(reached,), read_only=False)}))
        await session.look(WITHIN_S)
        opened.append((session, asyncio.create_task(session.watch())))
        return Pod(session)

    yield one
    for session, watching in opened:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await session.__aexit__(None, None, None)


@pytest.fixture
def reach_sushy(reach, sushy, monkeypatch):
    monkeypatch.setenv("SUSHY_PASSWORD", sushy.password)
    secret = SecretRef(password_env="SUSHY_PASSWORD")
    return lambda: reach(sushy.url, user=sushy.user, auth="basic", secret=secret)


async def test_sushy_s_nodes_are_switched_looked_at_reset_and_interrupted(reach_sushy):
    """One test for all: its driver takes up to 11 s, by chance, to switch a node."""
    pod = await reach_sushy()
    result = await pod.run("gpu[011-012]", "on")
    assert (result.outcome, result.exit) == (Outcome.DONE, Exit.DONE), result
    assert {node.detail for node in result.nodes} == {f"power {Power.ON.value}"}
    assert (await pod.run("gpu[011-012]", "on")).outcome is Outcome.DONE
    assert pod.asked() == [("power-on/1", ("gpu011", "gpu012"))], "a node that is on is not switched on again"
    reset = await pod.run("gpu011", "reset")
    assert reset.outcome is Outcome.DONE
    assert "this controller does not say when a node was last reset" in reset.nodes[0].detail
    nmi = await pod.run("gpu011", "nmi")
    assert (nmi.outcome, "501" in nmi.nodes[0].detail) == (Outcome.FAILED, True), "its driver knows no NMI and says so"
    assert (await pod.run("gpu[011-012]", "off", batch=2)).outcome is Outcome.DONE
    bad = await pod.run("gpu011", "reset")
    assert (bad.outcome, bad.nodes[0].detail) == (Outcome.FAILED, "power Off: there is nothing to reset")


class Aggregator:
    """A controller of three systems in one aggregate. Its resets are tasks that it never calls done."""

    def __init__(self, reply):
        self._reply = reply
        self.power = dict.fromkeys(("n1", "n2", "n3"), "Off")
        self.resets = []
        self.tasks = True

    def __call__(self, request):
        path = request.path.rstrip("/")
        if request.method == "POST":
            return self._post(path, json.loads(request.body))
        if path == MONITOR:
            return self._reply(202, {"TaskState": "Running"})
        found = self._bodies().get(path)
        return self._reply(200, {"@odata.id": path, **found}) if found else self._reply(404)

    def _post(self, path, body):
        self.resets.append((path, body))
        if path == f"{AGGREGATES}/rack/Reset":
            self.power = dict.fromkeys(self.power, "On" if body["ResetType"] == "On" else "Off")
        else:
            self.power[path.split("/")[4]] = "On" if body["ResetType"] == "On" else "Off"
        return self._reply(202, {}, {"location": MONITOR} if self.tasks else {})

    def _bodies(self):
        system = f"{ROOT}/Systems"
        rack = {"#Aggregate.Reset": {"target": f"{AGGREGATES}/rack/Reset", "ResetType@Redfish.AllowableValues": ["On"]}}
        return {
            ROOT: {
                "Systems": {"@odata.id": system},
                "AggregationService": {"@odata.id": f"{ROOT}/AggregationService"},
                "RedfishVersion": "1.18.0",
            },
            system: {"Members": [{"@odata.id": f"{system}/{name}"} for name in self.power]},
            f"{ROOT}/AggregationService": {"Aggregates": {"@odata.id": AGGREGATES}},
            AGGREGATES: {"Members": [{"@odata.id": f"{AGGREGATES}/rack"}]},
            f"{AGGREGATES}/rack": {
                "Elements": [{"@odata.id": f"{system}/{name}"} for name in self.power],
                "Actions": rack,
            },
            **{f"{system}/{name}": self._system(name, power) for name, power in self.power.items()},
        }

    def _system(self, name, power):
        types = {"ResetType@Redfish.AllowableValues": ["On", "ForceOff"]}
        reset = {"target": f"{ROOT}/Systems/{name}/Reset", **types}
        return {
            "Id": name,
            "Name": name,
            "HostName": name,
            "PowerState": power,
            "Actions": {"#ComputerSystem.Reset": reset},
        }


async def test_a_rack_that_the_controller_can_reset_together_is_one_request_that_nobody_waits_on(reach, serve, reply):
    far = Aggregator(reply)
    pod = await reach((await serve(far)).url, auth="none")
    started_s = pod.session.clock.monotonic()
    result = await pod.run("n[1-3]", "on")
    assert pod.session.clock.monotonic() - started_s < PATIENCE_S / 2, "the task goes on and on"
    assert (result.outcome, len(result.nodes)) == (Outcome.DONE, 3), result
    ((path, body),) = far.resets
    assert (path, body["ResetType"], body["BatchSize"]) == (f"{AGGREGATES}/rack/Reset", "On", 3)


async def test_what_the_aggregate_does_not_offer_is_asked_of_each(reach, serve, reply):
    far = Aggregator(reply)
    far.power = dict.fromkeys(far.power, "On")
    pod = await reach((await serve(far)).url, auth="none")
    far.tasks = False
    result = await pod.run("n[1-2]", "off")
    assert result.outcome is Outcome.DONE, result
    assert sorted(path for path, _ in far.resets) == [f"{ROOT}/Systems/n{n}/Reset" for n in (1, 2)]
    assert far.power == {"n1": "Off", "n2": "Off", "n3": "On"}
