"""`megapod watch KIND`: a line of JSON for each thing that comes, changes or goes, as it does."""

import argparse
import asyncio
from pathlib import Path

from backends.model.snapshot import Snapshot
from backends.model.source import SourceState
from console.config import Config, load
from console.exit import Exit
from console.headless import document, loop, output
from console.headless.changes import Told, remember, remembered
from console.headless.complaints import Complaints
from console.headless.form import json_text
from console.headless.looking import scheduler_only
from console.state.session import Session


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    config = load(arguments.config).only(arguments.pod)
    return loop.run(_watch(arguments, scheduler_only(config) if arguments.kind == "jobs" else config))


async def _watch(arguments: argparse.Namespace, config: Config) -> Exit:
    cursor = Path(arguments.cursor) if arguments.cursor else None
    told = remembered(cursor, arguments.kind) if cursor else Told(kind=arguments.kind)
    complaints = Complaints()
    async with Session(config) as session:
        tasks = [
            asyncio.create_task(session.watch()),
            asyncio.create_task(output.left()),
            asyncio.create_task(_tell(session, told, complaints, arguments.every_s, cursor)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, timeout=arguments.for_s, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        snapshots = session.store.snapshots.values()
        for snapshot in snapshots:
            complaints.look(snapshot, pending=True)
        return Exit.PARTIAL if any(snapshot.partial for snapshot in snapshots) else Exit.DONE


async def _tell(session: Session, told: Told, complaints: Complaints, every_s: float, cursor: Path | None) -> None:
    """Print what changes, and say what no longer answers; once each."""
    with session.store.watch() as changes:
        async for pods in changes:
            for pod in pods:
                complaints.look(session.store[pod])
            lines = [line for pod in pods for line in _news(session.store[pod], told)]
            if lines:
                output.write("".join(lines))
                if cursor:  # in the same step: a signal comes before both, or after
                    remember(cursor, told)
            await session.clock.sleep(every_s)


def _news(snapshot: Snapshot, told: Told) -> list[str]:
    """The lines about a pod; none before each of its sources has had its say."""
    if any(status.state is SourceState.PENDING for status in snapshot.sources.values()):
        return []
    items = tuple(document.ITEMS[told.kind](snapshot))
    news = told.news(snapshot.pod, items, complete=not snapshot.partial)
    return [json_text(change, indent=False) for change in news]
