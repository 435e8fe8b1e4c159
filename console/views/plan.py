"""A plan as lines for a person: what it does, what it hits, what forbids it. The same on screen and in a terminal."""

from collections.abc import Iterator
from datetime import datetime

from console.operations.judgement import TAKES_OUT
from console.operations.plan import Hit, Plan
from console.operations.step import Do, Phase
from console.targets import fold
from console.views.cell import Cell
from console.views.stages import stages
from console.words import count, duration

MOST_JOBS = 12


def lines(plan: Plan, now: datetime) -> tuple[Cell, ...]:
    """The lines, the most important first. Styles are words of the palette."""
    return tuple(_lines(plan, now))


def _lines(plan: Plan, now: datetime) -> Iterator[Cell]:
    for blocker in plan.blockers:
        yield Cell(f"refused ({blocker.obstacle.value}): {blocker.text}", "critical")
    for warning in plan.warnings:
        yield Cell(f"note: {warning}", "warning")
    for verdict in plan.verdicts:
        yield Cell(f"{verdict.rule}: {verdict.text}", "ok" if verdict.ok else "critical")
    for number, phase in enumerate(plan.phases, 1):
        yield Cell(f"{number}. {_phase(phase, brief=plan.starts)}")
        for reason in {
            step.args["reason"]: None for lane in phase.lanes for step in lane.steps if "reason" in step.args
        }:
            yield Cell(f"   reason: {reason}")
    if plan.starts:
        yield Cell(f"   each {stages(plan)}")
    for skip in plan.skipped:
        yield Cell(f"left as is: {skip.nodes}: {skip.why}", "stale" if skip.wanted else "warning")
    if plan.empty and not plan.refused:
        yield Cell("nothing to change")
    yield from _blast(plan, now)
    for command in plan.commands:
        yield Cell(f"same as: {command}", "stale")


def _phase(phase: Phase, *, brief: bool) -> str:
    """One phase in a line: `empty gpu[001-016] (16 nodes): requeue, empty; 4 at a time`. `brief`: without its steps."""
    nodes = tuple(dict.fromkeys(name for lane in phase.lanes for step in lane.steps for name in step.nodes))
    does = ", ".join(dict.fromkeys(step.do.value for lane in phase.lanes for step in lane.steps))
    said = f"{phase.name} {fold(nodes)} ({count(len(nodes), 'node')})"
    said += f": {does}" if does != phase.name and not (brief and len(does.split(", ")) > 1) else ""
    said += "; only if all before got there" if phase.gate else ""
    said += f"; {phase.at_once} at a time" if phase.at_once else ""
    return said + (f"; {duration(phase.pause_s)} after the one before" if phase.pause_s else "")


def _blast(plan: Plan, now: datetime) -> Iterator[Cell]:
    blast = plan.blast
    if not blast.nodes or not (plan.verb in TAKES_OUT or (plan.verb.startswith("power") and plan.verb != "power on")):
        return
    if not blast.jobs:
        yield Cell(f"hits no job; {blast.gpus} GPUs leave service", "ok")
    else:
        yield Cell(f"{count(len(blast.jobs), 'job')} of {', '.join(blast.users)} {_fate(plan)}:", "warning")
        yield from (Cell(f"  {_job(hit, now)}") for hit in blast.jobs[:MOST_JOBS])
        if len(blast.jobs) > MOST_JOBS:
            yield Cell(f"  and {len(blast.jobs) - MOST_JOBS} more")
        if any(step.do is Do.EMPTY for step in plan.steps):
            yield Cell(_clear_by(plan, now))
    yield Cell(f"left in service: {count(blast.nodes_left, 'node')}, {blast.gpus_left} GPUs")


def _clear_by(plan: Plan, now: datetime) -> str:
    """When the last of its jobs is over, by their time limits."""
    latest = plan.blast.clear_at
    if latest is None:
        endless = [hit.job for hit in plan.blast.jobs if hit.ends_at is None]
        return f"clear by: nobody knows, {', '.join(endless[:MOST_JOBS])} without a time limit"
    return f"clear by {latest:%H:%M}Z at the latest, in {duration((latest - now).total_seconds())}"


def _fate(plan: Plan) -> str:
    """What becomes of the jobs it hits."""
    steps = {step.do for step in plan.steps}
    one = len(plan.blast.jobs) == 1
    if Do.REQUEUE in steps:
        grace_s = max(float(step.args.get("grace_s", 0)) for step in plan.steps if step.do is Do.REQUEUE)
        back = "goes back into the queue" if one else "go back into the queue"
        return f"{back} {duration(grace_s)} later" if grace_s else back
    if plan.ends_work or plan.verb.startswith("power"):
        return "runs there and ends with it" if one else "run there and end with it"
    if Do.EMPTY in steps or plan.refused:
        return "runs there and completes first" if one else "run there and complete first"
    return "runs there and goes on" if one else "run there and go on"


def _job(hit: Hit, now: datetime) -> str:
    ends = f"ends within {duration((hit.ends_at - now).total_seconds())}" if hit.ends_at else "no time limit"
    return f"{hit.job} {hit.name} ({hit.user}), {count(hit.gpus, 'GPU')} on {hit.nodes}, {ends}"
