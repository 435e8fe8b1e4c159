"""`megapod doctor`: asks each endpoint in turn and says what to fix."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

from msgspec import Struct

from backends.clean import clean
from backends.errors import BackendError
from backends.model.stream import StreamState
from backends.ports import Capability, Hardware, Scheduler, StreamMoved
from console.config import Config, load
from console.exit import Exit
from console.headless import loop, output
from console.state.join import node_names
from console.state.session import Pod, Session
from console.words import count

STREAM_WITHIN_S = 10.0


class Check(Struct, frozen=True, kw_only=True):
    """One question and what came of it: `result` is ok, warning or failed."""

    pod: str
    what: str
    result: str
    text: str


class Checkup(Struct, frozen=True, kw_only=True):
    """All of them, as a document."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str = "Checkup"
    path: str
    checks: tuple[Check, ...]


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return loop.run(examine(arguments, load(arguments.config).only(arguments.pod)))


async def examine(arguments: argparse.Namespace, config: Config) -> Exit:
    """Ask every endpoint of a config, and print what came of it, in `arguments.form`."""
    checks: list[Check] = []
    async with Session(config) as session:
        for pod in session.pods.values():
            async for check in _pod(pod):
                checks.append(check)
                if arguments.form.name == "table":
                    output.write(f"{check.result:<7}  {check.pod}  {check.what}: {check.text}\n")
    if arguments.form.name != "table":
        output.write_document(Checkup(path=config.path, checks=tuple(checks)), arguments.form)
    if not config.pods:
        output.write(f"warning  {config.path}: no pod is configured\n")
    return Exit.PARTIAL if any(check.result == "failed" for check in checks) else Exit.DONE


async def _pod(pod: Pod) -> AsyncIterator[Check]:
    scheduler = pod.adapters.scheduler
    known: frozenset[str] | None = None
    if scheduler is not None:
        check, known = await _scheduler(pod.name, scheduler)
        yield check
    for source, hardware in pod.adapters.hardware.items():
        async for check in _hardware(pod.name, source, hardware, known):
            yield check
    mode = "read-only: set read_only = false to allow drain and resume" if pod.config.read_only else "may be written"
    yield Check(pod=pod.name, what="mode", result="ok", text=mode)


async def _scheduler(pod: str, scheduler: Scheduler) -> tuple[Check, frozenset[str] | None]:
    what = f"scheduler at {scheduler.where}"
    try:
        version = await scheduler.ping()
        nodes = (await scheduler.nodes()).nodes
    except BackendError as error:
        return Check(pod=pod, what=what, result="failed", text=_said(error, scheduler.where)), None
    text = f"Slurm {version}, {count(len(nodes), 'node')}"
    return Check(pod=pod, what=what, result="ok", text=text), frozenset(nodes)


def _said(error: BackendError, where: str) -> str:
    """What went wrong, without the place, which the question names already."""
    return str(error).removeprefix(f"{where}: ")


async def _hardware(pod: str, source: str, hardware: Hardware, known: frozenset[str] | None) -> AsyncIterator[Check]:
    what = f"{source} at {hardware.where}"
    try:
        product = await hardware.ping()
        inventory = await hardware.inventory()
    except BackendError as error:
        yield Check(pod=pod, what=what, result="failed", text=_said(error, hardware.where))
        return
    text = f"{product}, {count(len(inventory.systems), 'system')}"
    yield Check(pod=pod, what=what, result="ok", text=text)
    yield await _events(pod, what, hardware)
    for problem in inventory.errors:
        yield Check(pod=pod, what=what, result="warning", text=clean(f"did not answer in full: {problem}"))
    if known is not None:
        alone = [name for name, node in node_names(inventory.systems, known).items() if node not in known]
        if alone:
            text = f"{count(len(alone), 'system')} match no scheduler node ({alone[0]} …): see node_names in the README"
            yield Check(pod=pod, what=what, result="warning", text=text)


async def _events(pod: str, what: str, hardware: Hardware) -> Check:
    """Whether its event stream opens. Without one it is polled, which is a warning only where it should have one."""
    moved = StreamMoved(state=StreamState.NONE, why="it has no event stream")
    if Capability.EVENTS in hardware.capabilities:
        moved = await _first_move(hardware)
    live = moved.state is StreamState.LIVE
    text = "live: it tells what changes" if live else f"polling: {moved.why}"
    result = "warning" if moved.state is StreamState.LOST else "ok"
    return Check(pod=pod, what=f"events of {what}", result=result, text=text)


async def _first_move(hardware: Hardware) -> StreamMoved:
    try:
        async with asyncio.timeout(STREAM_WITHIN_S), aclosing(hardware.changes()) as changes:
            async for change in changes:
                if isinstance(change, StreamMoved):
                    return change
    except TimeoutError:
        pass
    return StreamMoved(state=StreamState.LOST, why=f"the event stream did not open within {STREAM_WITHIN_S:g} s")
