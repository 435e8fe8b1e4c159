"""`megapod events`: what the controllers say on their event streams, while we listen. Their word, no fact of ours."""

import argparse
import asyncio
from collections.abc import Iterable

from backends.model.stream import Event, StreamState
from console.config import Config, load
from console.exit import Exit
from console.headless import loop, options, output
from console.headless.diagnostics import say
from console.headless.usage.events import LISTEN
from console.state.session import Pod, Session
from console.views import events
from console.views.cell import Cell, Column, Row, View


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return loop.run(_events(arguments, load(arguments.config).only(arguments.pod)))


async def _events(arguments: argparse.Namespace, config: Config) -> Exit:
    for_s = arguments.for_s if arguments.for_s is not None or arguments.follow else options.seconds(LISTEN)
    each = arguments.output == "jsonl" or (arguments.follow and arguments.output == "table")
    async with Session(config) as session:
        pods = tuple(session.pods.values())
        tasks = [asyncio.create_task(session.listen()), asyncio.create_task(output.left())]
        if each:
            width = max(len(pod.name) for pod in pods) if len(pods) > 1 else 0
            tasks += [asyncio.create_task(_print(pod, arguments.output, width)) for pod in pods]
        try:
            done, _ = await asyncio.wait(tasks, timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    problems = tuple(problem for pod in pods for problem in _unheard(pod))
    if arguments.output == "json":
        items = [_item(pod.name, event) for pod in pods for event in pod.events.events]
        output.write_json(
            {
                "apiVersion": output.API_VERSION,
                "kind": "EventList",
                "observedAt": session.clock.now(),
                "partial": bool(problems),
                "errors": problems,
                "items": items,
            }
        )
    elif not each:
        _table(pods)
    for problem in problems:
        say(problem)
    return Exit.PARTIAL if problems else Exit.DONE


async def _print(pod: Pod, form: str, width: int) -> None:
    """Each event as it comes. Ends when nobody reads any more."""
    printed = 0
    while True:
        new = await pod.events.after(printed)
        if new[0].number > printed + 1:
            say(f"{pod.name}: {new[0].number - printed - 1} events came too fast to be kept")
        printed = new[-1].number
        for event in new:
            if form == "jsonl":
                output.write_json(_item(pod.name, event), indent=False)
            else:
                output.write(_line(pod.name, event, width))


def _line(pod: str, event: Event, width: int) -> str:
    heard, severity, source, origin, said = (cell.text for cell in events.cells(event))
    first = f"{pod:<{width}}  " if width else ""
    return f"{first}{heard}  {severity:<8}  {source}  {origin}  {said}\n"


def _item(pod: str, event: Event) -> dict[str, object]:
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    return {"pod": pod, "said_by": "controller", **fields}


def _table(pods: tuple[Pod, ...]) -> None:
    views = {pod.name: events.view(pod.events.events) for pod in pods}
    if len(views) == 1:
        view = next(iter(views.values()))
    else:
        rows = (Row(f"{pod}/{row.key}", (Cell(pod), *row.cells)) for pod, one in views.items() for row in one.rows)
        columns = (Column(key="pod", title="POD"), *events.COLUMNS)
        view = View(kind="events", columns=columns, rows=tuple(rows), empty="no controller has said anything")
    if not view.rows:
        say(view.empty)
    output.write_table(view)


def _unheard(pod: Pod) -> Iterable[str]:
    """One line for each controller whose stream is not open now, and for a pod that has none."""
    if not pod.listeners:
        yield f"{pod.name}: no controller that could say anything is configured"
    for listener in pod.listeners:
        status = pod.writer.snapshot.sources[listener.source].events
        if status is None:
            yield f"{pod.name}: {listener.source}: its event stream did not open in time"
        elif status.state is not StreamState.LIVE:
            yield f"{pod.name}: {listener.source}: {status.why}; it is polled, see `megapod get findings`"
