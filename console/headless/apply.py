"""`megapod apply FILE`: run a plan that `--plan-out` has saved, if the world is still the one it was made for."""

import argparse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from backends.model.snapshot import Snapshot
from console.config import Config, load
from console.deadline import patience_s
from console.exit import Exit
from console.headless import change, loop
from console.headless.diagnostics import Stop, say
from console.headless.following import carry_out
from console.headless.journal_place import of_config
from console.headless.looking import LOOK_WITHIN_S, trust
from console.operations.hold import Hold, holds_of
from console.operations.identity import user
from console.operations.judgement import Intention, judge
from console.operations.plan import Obstacle, Plan, digest
from console.operations.step import Do
from console.operations.worker import config_for
from console.state.session import Session
from console.words import age


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    plan = read(Path(arguments.file))
    if arguments.form.path is not None:
        from console.headless.path_check import refuse as refuse_path  # every kind there is

        refuse_path(arguments.form, "Result")
    return loop.run(_apply(plan, config_for(plan, load(arguments.config)), arguments))


def read(path: Path) -> Plan:
    """The plan in a file. Raises Stop."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Stop(Exit.USAGE, f"{path}: cannot be read: {error.strerror}") from error
    try:
        said = msgspec.json.decode(data, type=_Signed)
        if said.kind != "Plan":
            raise Stop(Exit.USAGE, f"{path}: not a plan; make one with --plan-out")
        plan = msgspec.json.decode(data, type=Plan)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Stop(Exit.USAGE, f"{path}: not a plan this megapod can read: {error}") from error
    if said.digest != digest(plan):
        raise Stop(Exit.REFUSED, f"{path}: changed since it was saved, so nobody has seen what it does; make it again")
    return plan


class _Signed(msgspec.Struct):
    kind: str = ""
    digest: str = ""


async def _apply(plan: Plan, config: Config, arguments: argparse.Namespace) -> Exit:
    async with Session(config) as session:
        snapshots = await session.look(patience_s(LOOK_WITHIN_S))
        if plan.refused:
            return change.refuse(plan)
        snapshot, now = snapshots[plan.pod], session.clock.now()
        _check(plan, snapshot, now)
        _check_jobs(plan, snapshot)
        _check_holds(plan, holds_of(snapshot, change.holds(of_config(config), plan.pod), now))
        policy = config.pods[plan.pod].policy
        wish = Intention(verb=plan.verb, user=user(), at=now, nodes=plan.nodes)
        if not plan.empty and (broken := judge(policy, snapshot, wish)[1]):
            return change.refuse(replace(plan, blockers=broken))
        if not plan.empty:
            plan = replace(plan, typed_count_over=min(plan.typed_count_over, policy.typed_count_over))
            await change.confirm(plan, session.clock.now(), yes=arguments.yes, expect=arguments.expect)
    return await carry_out(plan, config, arguments)


def _check(plan: Plan, snapshot: Snapshot, now: datetime) -> None:
    """Raise Stop where the plan must not run: too old, the pod read-only by now, or a node in another hand."""
    if now >= plan.expires_at:
        raise Stop(Exit.REFUSED, f"{plan.operation}: the plan expired {age(plan.expires_at, now)} ago; make it again")
    if snapshot.read_only and not plan.empty:
        raise Stop(Exit.REFUSED, f"pod {plan.pod} is read-only; set read_only = false under [pods.{plan.pod}]")
    trust(snapshot)
    for name, before in plan.reasons.items():
        node = snapshot.nodes.get(name)
        facts = node.scheduler if node else None
        if facts is None:
            raise Stop(Exit.CONFLICT, f"{name} is gone from the scheduler since the plan was made; make it again")
        if facts.reason != before:
            said = facts.reason.text if facts.reason else "no reason"
            raise Stop(Exit.CONFLICT, f"{name} changed hands since the plan was made; it now says {said!r}")


def _check_holds(plan: Plan, holds: Mapping[str, Hold]) -> None:
    """Raise Stop where a node that the plan gives back has been held since, other than by what it releases itself."""
    for step in plan.steps:
        for name in step.nodes if step.do is Do.RESUME else ():
            hold = holds.get(name)
            if hold is not None and hold.operation != step.args.get("held_by"):
                raise Stop(Obstacle.HELD.exit, f"{name} is {hold}; `megapod release {name}` lifts it")


def _check_jobs(plan: Plan, snapshot: Snapshot) -> None:
    """Raise Stop where the plan would end a job that nobody knew of when it was confirmed; name one that may go on."""
    known = {hit.job for hit in plan.blast.jobs}
    new = {job.id: name for name in plan.nodes for job in snapshot.jobs_on(name) if job.id not in known}
    if not new:
        return
    said = ", ".join(f"job {job} on {name}" for job, name in new.items())
    if plan.ends_work:
        raise Stop(Exit.CONFLICT, f"{said}: started since the plan was made, and it would end there; make it again")
    say(f"{said}: started since the plan was made; it goes on to its end")
