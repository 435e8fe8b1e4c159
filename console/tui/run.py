"""Runs the console and lets go of everything it opened, whichever way it ends: q, ^C, SIGTERM, SIGHUP, a bug."""

import asyncio
import os
import signal
from time import perf_counter
from typing import TYPE_CHECKING

from console.config import Config
from console.exit import Exit
from console.headless.diagnostics import say
from console.tui.curtain import Curtain
from console.tui.environment import appearance, prepare
from console.tui.opening import opening
from console.tui.sweep import sweep

if TYPE_CHECKING:
    from console.tui.app import MegapodApp

CLOSE_WITHIN_S = 5.0


def main(config: Config) -> int:
    """Open the console; returns its exit code. Textual is imported here, once the environment says how."""
    prepare(os.environ)
    look = appearance(os.environ, wanted=config.screen)
    pod = next(iter(config.pods), "")
    waiting = opening(config, pod)
    if look.glyphs == "ascii":
        waiting = waiting.replace("…", "...").encode("ascii", "replace").decode()
    with Curtain(f"{pod or 'no pod'}  opening", waiting):
        from console.tui.app import MegapodApp  # 0.25 s; it reads the environment when imported
        from console.tui.driver import BehindCurtain

        return asyncio.run(run(MegapodApp(config, look, driver=BehindCurtain)))


async def run(app: "MegapodApp") -> int:
    """Run the app to its end, then close what it opened. The terminal is given back first: closing may take a while."""
    loop = asyncio.get_running_loop()
    ended: list[int] = []

    def end(number: int) -> None:
        if number == signal.SIGINT and app.away:
            return
        ended.append(number)
        app.exit(int(Exit.INTERRUPTED))

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end, number)
    sweeper = asyncio.create_task(sweep(lambda: perf_counter() - app.keyed_s), name="sweep")
    try:
        code = await app.run_async()
    finally:
        sweeper.cancel()
        for operation in app.operations.running:
            plan = operation.plan
            say(f"{plan.verb} {plan.targets} ({plan.operation}) goes on; `megapod ops watch {plan.operation}` looks on")
        await _close(app)
    if ended:
        return int(Exit.INTERRUPTED)
    return code if code is not None else app.return_code or 0


async def _close(app: "MegapodApp") -> None:
    try:
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await app.close()
    except TimeoutError:
        say(f"some connection did not close within {CLOSE_WITHIN_S:.0f} s")
