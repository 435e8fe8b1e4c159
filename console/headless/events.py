"""`megapod events`: what the controllers say on their event streams, while we listen. Their word, no fact of ours."""

import argparse
import asyncio
from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from backends.model.severity import Severity
from backends.model.stream import Event, StreamState, StreamStatus
from console.config import Config, load
from console.deadline import patience_s
from console.exit import Exit
from console.headless import loop, options, output
from console.headless.diagnostics import say
from console.headless.event_cursor import Cursors, cursor
from console.headless.form import Form, with_pod
from console.headless.listing import Lister, Part
from console.headless.usage.events import LISTEN
from console.state.session import Pod, Session
from console.views import events

TABLES = ("table", "wide")


class EventItem(Struct, frozen=True, kw_only=True):
    """What a controller said, cleaned. `said_by`: it is the controller's word, and no fact of ours.

    `number` counts the pod's events as they came. `at` is the controller's own time of it; `received_at` is ours.
    `cursor` is what `--after-cursor` goes on after, None where the controller gives its events no ids. `missing`: it is
    megapod that speaks; what the controller said before this may be lost, and `text` says why.
    """

    number: int
    source: str
    received_at: datetime
    at: datetime | None = None
    severity: Severity = Severity.UNKNOWN
    origin: str = ""
    message_id: str = ""
    text: str = ""
    pod: str
    said_by: str = "controller"
    cursor: str | None = None
    missing: bool = False

    @property
    def label(self) -> str:
        """What it is about, as the service names it."""
        return self.origin

    @property
    def on(self) -> tuple[str, ...]:
        """None: an origin is a path in its service, not a node."""
        return ()


class EventList(Struct, frozen=True, kw_only=True):
    """What was heard, as a document. `partial`: some controller was not, see `errors`."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str = "EventList"
    observedAt: datetime  # noqa: N815
    partial: bool
    errors: tuple[str, ...]
    items: tuple[EventItem, ...]


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return loop.run(_events(arguments, load(arguments.config).only(arguments.pod)))


async def _events(arguments: argparse.Namespace, config: Config) -> Exit:
    how: Form = arguments.form
    each = not how.whole and (arguments.follow or how.name not in TABLES)
    lister = Lister(how, "EventList")
    async with Session(config) as session:
        pods = tuple(session.pods.values())
        cursors = Cursors(arguments, pods)
        tasks = [asyncio.create_task(session.listen(cursors.after)), asyncio.create_task(output.left())]
        if each:
            width = max(len(pod.name) for pod in pods) if len(pods) > 1 else 0
            tasks += [asyncio.create_task(_print(pod, how, width, lister, cursors)) for pod in pods]
            tasks.append(asyncio.create_task(_tell_streams(session)))
        try:
            done, _ = await asyncio.wait(tasks, timeout=_listens_s(arguments), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if each:
                cursors.keep(pods)
        silent = tuple(problem for pod in pods for problem in _unheard(pod))
        gaps = tuple(gap for pod in pods for gap in _missing(pod.name, pod.events.events))
        problems = (*gaps, *silent)
        if not each:
            for pod in pods:
                lister.add(_part(pod.name, pod.events.events, many=len(pods) > 1))
            if not how.whole and not any(pod.events.events for pod in pods):
                say("no controller has said anything")
            items = tuple(_item(pod.name, event) for pod in pods for event in pod.events.events)
            lister.end(EventList(observedAt=session.clock.now(), partial=bool(problems), errors=problems, items=items))
            for pod in pods:
                cursors.told(pod.name, pod.events.events)
            cursors.keep(pods)
        for problem in silent if each else problems:  # what is missing was said when it was
            say(problem)
        return Exit.PARTIAL if problems else Exit.DONE


def _listens_s(arguments: argparse.Namespace) -> float | None:
    """How long to listen from now on: as said, with time left before the run's deadline to print what was heard."""
    if arguments.for_s is None and arguments.follow:
        return None
    return patience_s(options.seconds(LISTEN) if arguments.for_s is None else arguments.for_s)


async def _tell_streams(session: Session) -> None:
    """Say that a stream is not open, and that it is again, once each: who follows does not wait for the end to know."""
    said: dict[str, str] = {}
    with session.store.watch() as changes:
        async for names in changes:
            for where, stream in (one for name in names for one in _streams(session.pods[name])):
                why = "" if stream.state is StreamState.LIVE else stream.why or "its event stream is not open"
                if why and not said.get(where):
                    say(f"{where}: {why}")
                elif said.get(where) and not why:
                    say(f"{where}: its event stream is open again")
                said[where] = why


def _streams(pod: Pod) -> Iterable[tuple[str, StreamStatus]]:
    for listener in pod.listeners:
        status = pod.writer.snapshot.sources[listener.source].events
        if status is not None:
            yield f"{pod.name}: {listener.source}", status


async def _print(pod: Pod, how: Form, width: int, lister: Lister, cursors: Cursors) -> None:
    """Each event as it comes. Ends when nobody reads any more."""
    printed = 0
    while True:
        new = await pod.events.after(printed)
        if new[0].number > printed + 1:
            say(f"{pod.name}: {new[0].number - printed - 1} events came too fast to be kept")
        printed = new[-1].number
        if how.name in TABLES:
            output.write("".join(_line(pod.name, event, width) for event in new))
        else:
            lister.add(_part(pod.name, new, many=width > 0))
        for gap in _missing(pod.name, new):
            say(gap)
        cursors.told(pod.name, new)
        cursors.keep((pod,))


def _line(pod: str, event: Event, width: int) -> str:
    heard, severity, source, origin, said = (cell.text for cell in events.cells(event))
    first = f"{pod:<{width}}  " if width else ""
    return f"{first}{heard}  {severity:<8}  {source}  {origin}  {said}\n"


def _item(pod: str, event: Event) -> EventItem:
    said = {name: getattr(event, name) for name in event.__struct_fields__ if name != "position"}
    return EventItem(pod=pod, said_by="megapod" if event.missing else "controller", cursor=cursor(pod, event), **said)


def _part(pod: str, said: Iterable[Event], *, many: bool) -> Part:
    told = tuple(said)
    view = events.view(told)
    return Part(pod, with_pod(view, pod) if many else view, tuple(_item(pod, event) for event in told))


def _unheard(pod: Pod) -> Iterable[str]:
    """One line for each controller whose stream is not open now, or has not told all, and for a pod that has none."""
    if not pod.listeners:
        yield f"{pod.name}: no controller that could say anything is configured"
    for listener in pod.listeners:
        status = pod.writer.snapshot.sources[listener.source].events
        if status is None:
            yield f"{pod.name}: {listener.source}: its event stream did not open in time"
        elif status.state is not StreamState.LIVE:
            yield f"{pod.name}: {listener.source}: {status.why}; it is polled, see `megapod get findings`"
        elif not listener.continues and not any(event.missing for event in pod.events.events):
            yield f"{pod.name}: {listener.source}: it has not shown whether it goes on after the cursor"


def _missing(pod: str, said: Iterable[Event]) -> list[str]:
    return [f"{pod}: {event.source}: {event.text}" for event in said if event.missing]
