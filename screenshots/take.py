"""Takes the README's screenshots: `python screenshots/take.py`. Never drawn by hand.

The real console on a simulated pod in another process, over SSH and Redfish, at 80x24; a few things are broken on
purpose, so that the pictures show what a night looks like.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from backends.transport.child import Child
from console.config import load
from console.tui.app import MegapodApp

FOLDER = Path(__file__).parent
SIZE = (80, 24)
FAULTS = ("pump-fail@2", "node-off@3")
SETTLE_S = 60.0


async def take(config: str) -> None:
    """Open the console, wait for facts and faults, and save each view."""
    app = MegapodApp(load(config))
    try:
        async with app.run_test(size=SIZE) as pilot:
            await _until(app, pilot, "live")
            await _until_faults(app, pilot)
            for key, name in (("2", "topology"), ("3", "placement"), ("4", "health"), ("5", "nodes"), ("1", "triage")):
                await pilot.press(key)
                await pilot.pause(0.5)
                _save(app, name)
            await pilot.press("5", "D")
            await pilot.pause(0.3)
            await pilot.press(*"leak in tray 2", "enter")
            await pilot.pause(0.5)
            _save(app, "drain")
            await pilot.press("n")
    finally:
        await app.close()


def _save(app: MegapodApp, name: str) -> None:
    (FOLDER / f"{name}.svg").write_text(app.export_screenshot(title=f"megapod: {name}"))


async def _until(app: MegapodApp, pilot: Pilot[int], word: str) -> None:
    async with asyncio.timeout(SETTLE_S):
        while word not in app.export_screenshot():
            await pilot.pause(0.2)


async def _until_faults(app: MegapodApp, pilot: Pilot[int]) -> None:
    async with asyncio.timeout(SETTLE_S):
        while app.desk.session is None or len(app.desk.session.store["austin"].findings) < len(FAULTS):
            await pilot.pause(0.2)


def main() -> None:
    """Serve a pod, take the pictures, end it."""
    with tempfile.TemporaryDirectory() as folder:
        config = f"{folder}/config.toml"
        faults = [word for fault in FAULTS for word in ("--fault", fault)]
        argv = [sys.executable, "-m", "console", "simulate", "--write-config", config, "--exit-with-parent", *faults]
        with Child(argv, name="the simulated pod") as child:
            child.ready(30)
            asyncio.run(take(config))


if __name__ == "__main__":
    main()
