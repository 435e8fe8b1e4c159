"""Plans of provisioning: the stages of each node in order, canary and waves, whose nodes they are, what it refuses."""

import pytest

from backends.model.reason import Reason
from console.operations.drain import plan_drain
from console.operations.gate import Gate
from console.operations.hold import Hold
from console.operations.plan import Obstacle
from console.operations.policy import MaxOut, Policy
from console.operations.profile import Firmware, Profile
from console.operations.provision import plan_provision
from console.operations.request import Options, Request
from console.operations.step import Do
from console.targets import Targets
from console.views.plan import lines

PROFILES = {
    "pod-os": Profile(boot="pxe", gpus=4, links=72, firmware=Firmware(bios="2.1", gpu="97"), partition="batch"),
    "rescue": Profile(boot="media", image="http://h/rescue.iso", release=False, ssh=False),
    "checked": Profile(boot="disk", gate="burn-in"),
}


@pytest.fixture
def ask(make):
    def plan(snapshot, *names, profile="pod-os", scheduled=True, **more):
        fields = {name: more.pop(name) for name in ("policy", "holds", "gate") if name in more}
        request = Request(
            operation="op-new001",
            user="ann",
            reason="26.10",
            at=make.at,
            equivalent=(lambda verb, nodes, _reason: (f"{verb} {','.join(nodes)}",)) if scheduled else None,
            options=Options(profile=profile, **more),
            profiles=PROFILES,
            gates={"burn-in": Gate(gpus=4), "of-the-pod": Gate(ecc_uncorrectable=0)},
            **fields,
        )
        return plan_provision(snapshot, Targets(snapshot.pod, names or tuple(snapshot.nodes)), request)

    return plan


@pytest.fixture
def rack(make):
    def nodes(count=5, state="IDLE", **more):
        return [make.node(f"n{n}", state, hardware=make.hardware(f"n{n}"), **more) for n in range(1, count + 1)]

    return nodes


def course(plan, name):
    return [step.do for step in plan.course[name]]


def obstacles(plan):
    return [(blocker.obstacle, blocker.nodes) for blocker in plan.blockers]


def test_every_stage_of_a_node_in_order(make, ask, rack):
    plan = ask(make.snapshot(rack(1)))
    assert course(plan, "n1") == [
        Do.CLOSE,
        Do.EMPTY,
        Do.FIRMWARE,
        Do.BOOT_FROM,
        Do.POWER_OFF,
        Do.POWER_ON,
        Do.BOOTED,
        Do.REACHED,
        Do.BOOT_NORMALLY,
        Do.PARTS,
        Do.JOINED,
        Do.RESUME,
    ]
    args = {step.do: step.args for step in plan.steps}
    assert args[Do.BOOT_FROM] == {"source": "Pxe", "mode": "UEFI", "uri": "", "claimed": "this operation's"}
    assert args[Do.PARTS] == {"gpus": "4", "links": "72", "gpu_firmware": "97"}
    assert args[Do.JOINED]["partition"] == "batch"
    assert not plan.ends_work, "it is emptied first"
    assert len({step.id for step in plan.steps}) == len(list(plan.steps))
    assert 'PATCH /redfish/v1/Systems/n1 {"Boot": {"BootSourceOverrideTarget": "Pxe"' in plan.commands[1]


def test_an_image_is_inserted_taken_out_again_and_the_node_may_stay_out(make, ask, rack):
    plan = ask(make.snapshot(rack(1)), profile="rescue")
    starts = [Do.MEDIA, Do.BOOT_FROM, Do.POWER_OFF, Do.POWER_ON, Do.BOOTED, Do.BOOT_NORMALLY, Do.EJECT]
    assert course(plan, "n1") == [Do.CLOSE, Do.EMPTY, *starts, Do.JOINED]
    steps = {step.do: step for step in plan.steps}
    assert (steps[Do.MEDIA].undo, steps[Do.BOOT_FROM].undo) == (Do.EJECT, Do.BOOT_NORMALLY)
    assert (steps[Do.BOOT_NORMALLY].takes_back, steps[Do.EJECT].takes_back) == ("boot-from/n1", "media/n1")
    assert steps[Do.POWER_OFF].commits == "close", "a node that was switched off is not simply given back"
    assert {steps[do].again for do in (Do.MEDIA, Do.POWER_ON, Do.BOOTED)} == {"media/n1"}


def test_what_starts_from_its_disk_gets_no_override_and_passes_its_gates_and_the_pod_s(make, ask, rack):
    plan = ask(make.snapshot(rack(1)), profile="checked", gate="of-the-pod")
    assert course(plan, "n1")[2:] == [
        Do.POWER_OFF,
        Do.POWER_ON,
        Do.BOOTED,
        Do.REACHED,
        Do.CHECK,
        Do.CHECK,
        Do.JOINED,
        Do.RESUME,
    ]
    waived = ask(make.snapshot(rack(1)), profile="checked", gate="of-the-pod", waive="spare")
    assert Do.CHECK not in course(waived, "n1")
    assert "waived by ann: spare" in waived.warnings[0]


def test_the_whole_set_is_closed_first_then_the_canary_and_waves_of_the_rest(make, ask, rack):
    plan = ask(make.snapshot(rack(8)), canary=1, wave=3, stop_after=2)
    assert [(phase.name, len(phase.lanes), phase.gate) for phase in plan.phases] == [
        ("claim", 1, False),
        ("canary", 1, False),
        ("wave 1 of 3", 3, True),
        ("wave 2 of 3", 3, False),
        ("wave 3 of 3", 1, False),
    ]
    assert plan.phases[0].lanes[0].steps[0].nodes == tuple(f"n{n}" for n in range(1, 9))
    assert plan.stop_after == 2
    assert [phase.name for phase in ask(make.snapshot(rack(2)), canary=5).phases] == ["claim", "canary"]


def test_whose_nodes_they_are_decides(make, ask, rack):
    reasons = {"n1": make.mark("ann"), "n2": make.mark("bob"), "n3": None}
    nodes = [make.node(n, "IDLE+DRAIN", reason=r, hardware=make.hardware(n)) for n, r in reasons.items()]
    nodes += [make.node("n4", hardware=make.hardware("n4")), make.node("n5")]
    held = {"n4": Hold(operation="op-old", reason="dimm", owner="joe", since=make.at)}
    plan = ask(make.snapshot(nodes), holds=held)
    assert plan.nodes == ("n1",)
    left = {skip.nodes: skip.why for skip in plan.skipped}
    assert set(left) == {"n2", "n3", "n4", "n5"}
    assert "--take-over overrules" in left["n2"]
    assert "`megapod release n4` lifts it" in left["n4"]
    assert left["n5"] == "no controller manages n5"
    assert [step.args["was"] for step in plan.phases[0].lanes[0].steps] == [make.mark("ann").text]
    over = ask(make.snapshot(nodes), holds=held, take_over=True)
    assert over.nodes == ("n1", "n2", "n3")


def test_what_the_scheduler_took_down_itself_is_nobody_s(make, ask):
    nodes = [
        make.node("n1", "DOWN", reason=Reason("Not responding", by="slurm", at=make.at), hardware=make.hardware("n1")),
        make.node("n2", "DOWN", reason=Reason("bad dimm", by="joe", at=make.at), hardware=make.hardware("n2")),
    ]
    assert ask(make.snapshot(nodes)).nodes == ("n1",)


def test_running_work_is_waited_for_or_refused(make, ask, rack):
    snapshot = make.snapshot(rack(2, "MIXED"), [make.job("7", ("n1",))])
    plan = ask(snapshot)
    assert not plan.refused
    assert [hit.job for hit in plan.blast.jobs] == ["7"]
    refused = ask(snapshot, mode="refuse")
    assert obstacles(refused) == [(Obstacle.BUSY, "n1")]
    assert "1 job running (7); --mode finish waits" in refused.blockers[0].text


@pytest.mark.parametrize(
    ("profile", "says"),
    [("pod-oss", "no profile 'pod-oss'; did you mean 'pod-os'?"), ("", "which profile? known: pod-os, rescue")],
)
def test_an_unknown_profile_is_refused_with_the_right_one(make, ask, rack, profile, says):
    plan = ask(make.snapshot(rack(1)), profile=profile)
    assert plan.blockers[0].text.startswith(says)
    assert plan.phases == ()


def test_old_facts_a_read_only_pod_and_a_budget_refuse(make, ask, rack):
    assert Obstacle.STALE in dict(obstacles(ask(make.snapshot(rack(1), failed=("redfish",)))))
    assert Obstacle.STALE in dict(obstacles(ask(make.snapshot(rack(1), failed=("slurm.nodes",)))))
    assert Obstacle.READ_ONLY in dict(obstacles(ask(make.snapshot(rack(1), read_only=True))))
    assert Obstacle.BUDGET in dict(obstacles(ask(make.snapshot(rack(3)), policy=Policy(max_out=MaxOut(pod=1)))))


def test_without_a_scheduler_nothing_is_closed_and_that_is_said(make, ask):
    nodes = [make.node("n1", None, hardware=make.hardware("n1"))]
    plan = ask(make.snapshot(nodes), scheduled=False, profile="rescue")
    assert course(plan, "n1") == [
        Do.MEDIA,
        Do.BOOT_FROM,
        Do.POWER_OFF,
        Do.POWER_ON,
        Do.BOOTED,
        Do.BOOT_NORMALLY,
        Do.EJECT,
    ]
    assert "has no scheduler: nobody is kept from using these nodes" in plan.warnings[0]
    assert all(step.commits == "" for step in plan.steps)


def test_the_preview_says_each_stage_once_with_its_deadline(make, ask, rack):
    plan = ask(make.snapshot(rack(3)), canary=1)
    said = [line.text for line in lines(plan, make.at)]
    assert said[:2] == ["1. claim n[1-3] (3 nodes): close", "   reason: megapod:op-new001 ann: 26.10"]
    assert said[2:4] == ["2. canary n1 (1 node)", "3. the rest n[2-3] (2 nodes); only if all before got there"]
    assert said[4] == (
        "   each as profile pod-os: empty, BIOS 2.1, starts once from Pxe, power off, on, booted within 30m00s, "
        "SSH within 15m00s, its own boot order again, 4 GPUs and 72 NVLinks and GPU firmware 97, "
        "registered in batch within 5m00s, given back"
    )


def test_only_what_starts_nodes_anew_is_told_by_stages(make, rack):
    request = Request(
        operation="op-new001",
        user="ann",
        reason="leak",
        at=make.at,
        equivalent=lambda *_: ("drain",),
        options=Options(mode="requeue"),
    )
    plan = plan_drain(make.snapshot(rack(2)), Targets("alpha", ("n1", "n2")), request)
    assert not [line.text for line in lines(plan, make.at) if "profile" in line.text]


def test_the_preview_of_what_is_not_given_back_says_so(make, ask, rack):
    said = [line.text for line in lines(ask(make.snapshot(rack(1)), profile="rescue"), make.at)]
    assert said[3].startswith(
        "   each as profile rescue: empty, http://h/rescue.iso in its drive, starts once from Cd,"
    )
    assert said[3].endswith("image out, registered within 5m00s, left drained")
