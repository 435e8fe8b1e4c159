"""Provisioning on OpenStack's emulator: a controller without a scheduler, with slow power and words of its own."""

import asyncio

import pytest

from backends.model.boot import BootOverride, BootSource, Lasting
from backends.model.endpoint import RedfishEndpoint, SecretRef
from console.actions import action
from console.config import Config, PodConfig
from console.operations.carrier import Here
from console.operations.draft import draft
from console.operations.event import Actor, Cancelling, Ended, Intended
from console.operations.memory import Memory
from console.operations.profile import Firmware, Profile
from console.operations.request import Options
from console.operations.result import Outcome
from console.state.session import Session
from console.targets import Targets

WITHIN_S = 90.0
NODES = ("gpu014", "gpu015", "gpu016")


class Site:
    """A watched session over sushy's nodes, and the operations carried on it."""

    def __init__(self, session):
        self.session = session
        self.journal = Memory(session.clock.now, Actor("ann", "desk", 1))

    def plan(self, nodes, profile):
        targets = Targets("lab", nodes)
        plan = draft(self.session, action("provision"), targets, "new image", Options(profile=profile))
        assert not plan.refused, plan.blockers
        return plan

    async def run(self, plan, when=None):
        async with asyncio.timeout(WITHIN_S):
            async for last in Here(self.journal).carry(self.session, plan):
                if when is not None:
                    when(last)
        return last

    def told(self, kind):
        return [entry.event for entry in self.journal.kept if isinstance(entry.event, kind)]

    async def looks(self, name):
        """What the emulator itself says: of the next start, and of the image in the drive."""
        made, system = self.provisioner(name)
        slots = await made.media(system)
        return (await made.boot_state(system)).override, [slot.image for slot in slots if slot.inserted]

    def provisioner(self, name):
        facts = self.session.store["lab"].nodes[name].hardware
        return self.session.pods["lab"].adapters.hardware[facts.source].provisioner, facts.system


@pytest.fixture
async def site(sushy, images, monkeypatch):
    monkeypatch.setenv("SUSHY_PASSWORD", sushy.password)
    secret = SecretRef(password_env="SUSHY_PASSWORD")
    reached = RedfishEndpoint(url=sushy.url, user=sushy.user, auth="basic", secret=secret, timeout_s=30.0)
    profiles = {
        "disc": Profile(boot="media", image=f"{images}/os.iso", ssh=False, firmware=Firmware(bmc="1.00")),
        "newer": Profile(boot="pxe", ssh=False, firmware=Firmware(bmc="2.00")),
        "net": Profile(boot="pxe", ssh=False),
    }
    async with Session(
        Config(pods={"lab": PodConfig(redfish=(reached,), read_only=False)}, profiles=profiles)
    ) as open_:
        await open_.look(WITHIN_S)
        watching = asyncio.create_task(open_.watch())
        yield Site(open_)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_nodes_start_from_an_image_each_write_is_read_back_and_all_is_taken_back(site):
    """An emulator that says Continuous after Once would start from the image for ever."""
    plan = site.plan(NODES, "disc")
    assert "has no scheduler" in plan.warnings[0]
    operation = await site.run(plan)
    assert {node.outcome for node in operation.nodes} == {Outcome.DONE}, operation.nodes
    said = {end.node: end.text for event in site.told(Ended) for end in event.ends if "boot-from" in event.step}
    assert said == dict.fromkeys(NODES, "the next start is from Cd (Continuous)"), "what is, not what was asked for"
    booted = [end.text for event in site.told(Ended) for end in event.ends if "booted" in event.step]
    assert booted == ["On; its controller does not say how far it has come"] * 3
    for name in NODES:
        override, images = await site.looks(name)
        assert (override.set, images) == (False, [])
    asked = [event.step.partition("/")[0] for event in site.told(Intended) if event.nodes == ("gpu016",)]
    assert asked == ["media", "boot-from", "power-on", "boot-normally", "eject"], "it was off: nothing to switch off"


async def test_cancelled_while_it_is_switched_another_s_override_is_set_again(site):
    def cancel(seen):
        off = seen.progress("power-off/gpu014", "gpu014")
        if off is not None and not any(isinstance(entry.event, Cancelling) for entry in site.journal.kept):
            site.journal.append(seen.id, Cancelling(why="test"))

    provisioner, system = site.provisioner("gpu014")
    await provisioner.override_boot(system, BootOverride(source=BootSource.HDD, lasting=Lasting.CONTINUOUS))
    before, _ = await site.looks("gpu014")
    operation = await site.run(site.plan(NODES[:1], "net"), cancel)
    assert operation.outcome is Outcome.CANCELLED
    assert [step for step in operation.steps if step.startswith("undo/")] == ["undo/boot-from/gpu014"]
    after, _ = await site.looks("gpu014")
    assert (before.source, after) == (BootSource.HDD, before), "what it started from before, not its own order"


async def test_another_bmc_than_wanted_ends_it_before_anything_is_written(site):
    operation = await site.run(site.plan(NODES[:1], "newer"))
    (end,) = operation.nodes
    assert (end.outcome, end.detail) == (Outcome.FAILED, "BMC 1.00, not 2.00: update it first")
    assert site.told(Intended) == []
