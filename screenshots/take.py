"""Takes the README's screenshots: `python screenshots/take.py [NAME ...]`. Never drawn by hand.

The real console on two simulated pods in another process, over SSH and Redfish, at 80x24 (`NAME.svg`) and 160x48
(`NAME-wide.svg`); a few things are broken on purpose, so that the pictures show what a night looks like.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # read when textual is imported

from msgspec import Struct
from textual.pilot import Pilot

from backends.transport.child import Child
from console.config import load
from console.tui.app import MegapodApp
from console.tui.picture import picture

FOLDER = Path(__file__).parent
SIZES = {"": (80, 24), "-wide": (160, 48)}
FAULTS = ("pump-fail@2", "node-off@3", "gpu-ecc@4")
LOOK_S = 65.0
"""How long the pods are looked at before the first picture: three rounds of the controllers, which make a history."""
SETTLE_S = 90.0


class Shot(Struct, frozen=True):
    """A picture: the keys that lead to it from any view, what must be on screen then, and the keys that lead away."""

    name: str
    keys: tuple[str, ...]
    shows: str
    after: tuple[str, ...] = ()
    wide: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """The keys there and away where the screen is wide, if they are others: there is more on it from the start."""


SHOTS = (
    Shot("triage", ("1", "a"), "ON IT"),
    Shot("topology", ("2",), "topology"),
    Shot("gpus", ("2", *"zzcc"), "each GPU", after=tuple("zcccc"), wide=(("2", *"zcc"), tuple("zzcccc"))),
    Shot("elevation", ("2", "e"), "elevation of", after=("escape",)),
    Shot("placement", ("3",), "free"),
    Shot("health", ("4",), "COOLANT"),
    Shot("nodes", ("5",), "NODE"),
    Shot("node", ("5", "enter"), "slurm.nodes", after=("escape",)),
    Shot("logs", ("5", "/", *"r1-n03", "enter", "l"), "EventLog", after=("escape", "escape")),
    Shot("raw", ("5", "i", "c"), "PowerState", after=("escape",)),
    Shot("palette", ("5", "ctrl+p"), "keep new work away", after=("escape",)),
    Shot("jump", ("2", "semicolon"), "topology", after=("escape",)),
    Shot("jobs", ("6",), "JOB"),
    Shot("events", ("8",), "WHAT HAPPENED"),
    Shot("fleet", ("0",), "SOURCES"),
    Shot("help", ("5", "question_mark"), "keys: nodes", after=("escape",)),
    Shot("blast", ("1", "b"), "blast radius", after=("escape",)),
    Shot("drain", ("5", "home", "D", *"leak in tray 2", "enter"), "left in service", after=("y",)),
    Shot("operations", ("7",), "OPERATION"),
)


async def take(config: str, suffix: str, names: set[str]) -> None:
    """Open the console at one size, wait for facts and faults, and save each view."""
    app = MegapodApp(load(config))
    try:
        async with app.run_test(size=SIZES[suffix]) as pilot:
            await _until(app, pilot, "live")
            await _until_faults(app, pilot)
            await pilot.pause(LOOK_S)
            for shot in SHOTS:
                if names and shot.name not in names:
                    continue
                keys, after = shot.wide if shot.wide and suffix else (shot.keys, shot.after)
                await pilot.press(*keys)
                await _until(app, pilot, shot.shows)
                await pilot.pause(0.6)
                _save(app, f"{shot.name}{suffix}")
                await pilot.press(*after)
    finally:
        await app.close()


def _save(app: MegapodApp, name: str) -> None:
    (FOLDER / f"{name}.svg").write_text(picture(app, f"megapod: {name.removesuffix('-wide')}"))


async def _until(app: MegapodApp, pilot: Pilot[int], words: str) -> None:
    wanted = words.replace(" ", "&#160;")
    async with asyncio.timeout(SETTLE_S):
        while wanted not in app.export_screenshot():
            await pilot.pause(0.2)


async def _until_faults(app: MegapodApp, pilot: Pilot[int]) -> None:
    async with asyncio.timeout(SETTLE_S):
        while app.desk.session is None or len(app.desk.session.store["austin"].findings) < len(FAULTS) - 1:
            await pilot.pause(0.2)


def main() -> None:
    """Serve two pods for each size, take the pictures, end them."""
    for suffix in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_STATE_HOME"] = folder  # the journal of the night in the pictures, not of who takes them
            config = f"{folder}/config.toml"
            faults = [word for fault in FAULTS for word in ("--fault", fault)]
            argv = [sys.executable, "-m", "console", "simulate", "--pods", "2", "--write-config", config]
            with Child([*argv, "--exit-with-parent", *faults], name="the simulated pods") as child:
                child.ready(60)
                asyncio.run(take(config, suffix, set(sys.argv[1:])))


if __name__ == "__main__":
    main()
