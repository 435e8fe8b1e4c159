"""The console drawn without a terminal: each view as an SVG, once its pod has told what it has to tell."""

import asyncio
import contextlib
from collections.abc import Sequence

from msgspec import Struct

from backends.model.snapshot import Snapshot
from backends.model.source import SourceState
from console.config import Config
from console.tui.app import MegapodApp
from console.tui.environment import Appearance
from console.tui.picture import picture
from console.tui.screens.view import Asked

LOOK_S = 0.2
SETTLE_S = 0.8
"""A view draws what came at 4 Hz, and ages once a second."""


class Shots(Struct, frozen=True):
    """Each view's SVG by its name, and what was known of the pod when they were taken."""

    views: dict[str, str]
    snapshot: Snapshot


async def shots(config: Config, size: tuple[int, int], names: Sequence[str], *, within_s: float) -> Shots:
    """Open the console, wait until every source of its pod has answered, or failed, or the time is over; draw."""
    app = MegapodApp(config, Appearance("dark", "unicode"))
    try:
        async with app.run_test(size=size) as pilot:
            while (session := app.desk.session) is None:  # it is opened after the first frame, in a thread
                await pilot.pause(LOOK_S)
            with contextlib.suppress(TimeoutError):  # what is missing then shows, and is named
                async with asyncio.timeout(within_s):
                    while _waits(session.store[app.desk.pod]):
                        await pilot.pause(LOOK_S)
            await pilot.pause(SETTLE_S)
            views = {}
            for name in names:
                app.post_message(Asked("view", name))
                await pilot.pause(SETTLE_S)
                views[name] = picture(app, f"megapod: {app.desk.pod} {name}")
            return Shots(views, session.store[app.desk.pod])
    finally:
        await app.close()


def _waits(snapshot: Snapshot) -> bool:
    return any(status.state is SourceState.PENDING for status in snapshot.sources.values())
