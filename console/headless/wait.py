"""`megapod wait`: until nodes are in a state or in health, a job has begun or ended, or an operation is over."""

import argparse
import asyncio
from collections.abc import Callable
from difflib import get_close_matches
from math import inf

from msgspec import Struct, field

from backends.model.node import Service
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceStatus
from console.config import Config, load
from console.deadline import patience_s
from console.exit import Exit
from console.headless import document, loop, output, targeting
from console.headless.bar import Bar, filled
from console.headless.complaints import Complaints
from console.headless.diagnostics import Stop, say
from console.headless.looking import LOOK_WITHIN_S, aimed_at, look_for, scheduler_only
from console.headless.usage.wait import IN_SERVICE, STATES
from console.headless.wait_operation import wait_operation
from console.operations.goal import Goal, in_health, in_service, in_state, job_ended, job_started
from console.state.session import Session
from console.targets import fold

HEALTH = {severity.value.lower(): severity for severity in Severity if severity is not Severity.UNKNOWN}
JOB = {"ended": job_ended, "started": job_started}


class Wanted(Struct, frozen=True, kw_only=True):
    """What is waited for. `sources` begin the names of those whose fresh word it takes; `job` is for a job only."""

    text: str
    goal: Goal
    sources: str
    job: str = ""


class NodeWait(Struct, frozen=True, kw_only=True):
    """How one node came out. `health` is the controller's word, `service` the scheduler's."""

    node: str
    there: bool
    service: str
    health: Severity


class Wait(Struct, frozen=True, kw_only=True):
    """What came of the waiting. `job` is the job that was waited for, with its state where the queue shows it."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str = "Wait"
    pod: str
    wanted: str = field(name="for")
    there: bool
    nodes: tuple[NodeWait, ...] = ()
    job: str = ""
    state: str = ""


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if arguments.form.path is not None:
        from console.headless.path_check import refuse  # every kind there is: for those who want a part of one

        refuse(arguments.form, "Result" if arguments.wanted.startswith("op=") else "Wait")
    if arguments.wanted.startswith("op="):
        return loop.run(wait_operation(arguments, arguments.wanted.removeprefix("op=")))
    wanted = read(arguments.wanted)
    if wanted.job and (arguments.nodes.strip() or arguments.select is not None):
        raise Stop(Exit.USAGE, f"--for {wanted.text} takes no nodes: a job knows its own")
    config = load(arguments.config).only(arguments.pod)
    if wanted.job:
        return loop.run(_wait(arguments, wanted, scheduler_only(config)))
    targeting.aimed(arguments, "wait")
    by_scheduler = wanted.sources.startswith("slurm") and not targeting.needs_controllers(arguments)
    return loop.run(_wait(arguments, wanted, scheduler_only(config) if by_scheduler else config))


def read(text: str) -> Wanted:
    """What `--for` means. Raises Stop, naming what there is."""
    key, _, word = text.partition("=")
    job, _, end = word.rpartition(":")
    if key == "state" and word in STATES:
        goal = in_service if word == IN_SERVICE else in_state(Service(word))
        return Wanted(text=text, goal=goal, sources="slurm.nodes")
    if key == "health" and word in HEALTH:
        return Wanted(text=text, goal=in_health(HEALTH[word]), sources="redfish")
    if key == "job" and job and end in JOB:
        return Wanted(text=text, goal=JOB[end], sources="slurm.jobs", job=job)
    known = {"state": STATES, "health": tuple(HEALTH), "job": ("ID:ended", "ID:started"), "op": ("ID",)}
    wants = f"want {key}=" if key in known else "want state=, health=, job=ID:ended or op=ID; states: "
    close = get_close_matches(word, known.get(key, ()), n=1)
    near = f"; did you mean {key}={close[0]}?" if close else ""
    raise Stop(Exit.USAGE, f"--for {text}: {wants}{', '.join(known.get(key, STATES))}{near}")


async def _wait(arguments: argparse.Namespace, wanted: Wanted, config: Config) -> Exit:
    async with Session(config) as session:
        snapshots = await (session.look(patience_s(LOOK_WITHIN_S)) if wanted.job else look_for(arguments, session))
        pods, names = _subject(arguments, wanted, snapshots, session)
        watching = asyncio.create_task(session.watch())
        code, complaints = Exit.DONE, Complaints(wanted.sources)
        try:
            bar = Bar(lambda: _so_far(session, wanted, pods[0], names))
            within_s = patience_s(inf if arguments.timeout_s is None else arguments.timeout_s)
            async with asyncio.timeout(None if within_s == inf else within_s), bar:
                await session.store.until(_there(wanted, pods, names, None if bar.on else complaints))
        except TimeoutError:
            code = Exit.DEADLINE
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        if code is Exit.DEADLINE:
            complaints.look(session.store[pods[0]], pending=True)
        _report(session.store[pods[0]], wanted, names, arguments, late=code is Exit.DEADLINE)
    return code


def _subject(
    arguments: argparse.Namespace, wanted: Wanted, snapshots: dict[str, Snapshot], session: Session
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The pod and the names that are waited for. A job nobody knows by now has ended: said, as it may be a slip."""
    if not wanted.job:
        targets = aimed_at(arguments, snapshots, session.clock.now())
        if not any(source.startswith(wanted.sources) for source in snapshots[targets.pod].sources):
            raise Stop(Exit.USAGE, f"--for {wanted.text}: no source of pod {targets.pod} tells that; see its config")
        return (targets.pod,), targets.nodes
    having = tuple(pod for pod, snapshot in snapshots.items() if wanted.job in snapshot.jobs)
    if len(having) > 1:
        raise Stop(Exit.USAGE, f"job {wanted.job}: in more than one pod ({', '.join(having)}); say which with --pod")
    scheduled = tuple(pod for pod, snapshot in snapshots.items() if wanted.sources in snapshot.sources)
    if not having:
        if len(scheduled) != 1:
            raise Stop(Exit.USAGE, f"job {wanted.job}: in no queue of these pods; say which pod with --pod")
        status = snapshots[scheduled[0]].sources[wanted.sources]
        if not status.trusted:
            raise Stop(Exit.PARTIAL, document.problem(scheduled[0], status))
        if wanted.goal is job_ended:
            say(f"job {wanted.job} is not in the queue of {scheduled[0]}: it has ended, or there was none")
    return having or scheduled, (wanted.job,)


def _so_far(session: Session, wanted: Wanted, pod: str, names: tuple[str, ...]) -> str:
    snapshot = session.store[pod]
    there = sum(wanted.goal(snapshot, name) for name in names)
    silent = "; ".join(document.problem(pod, status) for status in _asked(wanted, snapshot) if not status.trusted)
    return f"waiting for {wanted.text} {filled(there / len(names))} {there}/{len(names)} {silent}"


def _asked(wanted: Wanted, snapshot: Snapshot) -> list[SourceStatus]:
    return [status for status in snapshot.sources.values() if status.name.startswith(wanted.sources)]


def _there(
    wanted: Wanted, pods: tuple[str, ...], names: tuple[str, ...], complaints: Complaints | None
) -> Callable[[dict[str, Snapshot]], bool]:
    """Whether it is so. Raises Stop where it can no longer come to be."""

    def there(snapshots: dict[str, Snapshot]) -> bool:
        snapshot = snapshots[pods[0]]
        if complaints is not None:
            complaints.look(snapshot)
        asked = _asked(wanted, snapshot)
        fresh = any(status.trusted for status in asked)
        if wanted.sources.startswith("slurm"):
            fresh = fresh and all(status.trusted for status in asked)
        if fresh and wanted.goal is job_started and wanted.job not in snapshot.jobs:
            raise Stop(Exit.FAILED, f"job {wanted.job} is not in the queue of {pods[0]}: if it ran, it has ended")
        return fresh and all(wanted.goal(snapshot, name) for name in names)

    return there


def _report(
    snapshot: Snapshot, wanted: Wanted, names: tuple[str, ...], arguments: argparse.Namespace, *, late: bool
) -> None:
    missed = [name for name in names if not wanted.goal(snapshot, name)]
    if late:
        say(f"the deadline passed; not {wanted.text}: {wanted.job or fold(missed) or 'known, as its source is silent'}")
    found = snapshot.jobs.get(wanted.job)
    state = ("+".join(found.state).lower() if found else "gone") if wanted.job else ""
    nodes = () if wanted.job else tuple(_node(snapshot, name, there=name not in missed) for name in names)
    one = Wait(pod=snapshot.pod, wanted=wanted.text, there=not late, nodes=nodes, job=wanted.job, state=state)
    if arguments.form.name != "table":
        output.write_document(one, arguments.form)
    elif wanted.job:
        output.write(f"{wanted.job} {state}\n")
    else:
        words = {node.node: node.health.value if wanted.sources == "redfish" else node.service for node in nodes}
        output.write("".join(f"{name} {word}\n" for name, word in words.items()))


def _node(snapshot: Snapshot, name: str, *, there: bool) -> NodeWait:
    node = snapshot.nodes.get(name)
    if node is None:
        return NodeWait(node=name, there=there, service="gone", health=Severity.UNKNOWN)
    return NodeWait(node=name, there=there, service=node.service.value, health=node.health)
