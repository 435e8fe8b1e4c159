"""The stages of a provisioning in a line for a person: what each node goes through, and what it must show."""

from console.operations.plan import Plan
from console.operations.step import Do, Step
from console.words import count, duration

_WORDS = {
    Do.EMPTY: "empty{within}",
    Do.MEDIA: "{image} in its drive",
    Do.BOOT_FROM: "starts once from {source} {uri}",
    Do.POWER_OFF: "power off",
    Do.POWER_ON: "on",
    Do.BOOTED: "booted{within}",
    Do.REACHED: "SSH{within}",
    Do.BOOT_NORMALLY: "its own boot order again",
    Do.EJECT: "image out",
    Do.CHECK: "gate {gate}",
    Do.JOINED: "registered{where}{within}",
    Do.RESUME: "given back",
}


def stages(plan: Plan) -> str:
    """`as profile pod-os: empty, starts from Pxe, off and on, boots within 30m, …`: those of the plan's last node."""
    steps = next((steps for steps in reversed(plan.course.values()) if any(one.do is Do.BOOTED for one in steps)), ())
    profile = next((step.args.get("profile", "") for step in steps if step.do is Do.BOOTED), "")
    words = [word for step in steps if (word := _word(step))]
    if any(step.do is Do.JOINED for step in steps) and steps[-1].do is not Do.RESUME:
        words.append("left drained")
    return f"as profile {profile}: {', '.join(words)}"


def _word(step: Step) -> str:
    within = f" within {duration(step.patience_s)}" if step.patience_s is not None else ""
    if step.do is Do.PARTS:
        return " and ".join(_parts(step.args))
    if step.do is Do.FIRMWARE:
        return " and ".join(f"{part.upper()} {step.args[part]}" for part in ("bios", "bmc") if part in step.args)
    known = {"uri": "", "partition": "", **step.args}
    where = f" in {known['partition']}" if known["partition"] else ""
    return _WORDS.get(step.do, "").format_map({**known, "within": within, "where": where}).rstrip()


def _parts(args: dict[str, str]) -> list[str]:
    said = [count(int(args["gpus"]), "GPU")] if "gpus" in args else []
    said += [f"{args['links']} NVLinks"] if "links" in args else []
    return [*said, *([f"GPU firmware {args['gpu_firmware']}"] if "gpu_firmware" in args else [])]
