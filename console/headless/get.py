"""`megapod get KIND`: what is known now, as a table or as JSON. Asks each source once; partial data says so.

It is what scripts call in loops, so its imports stand where they cost least: what finds the way to the pods first, the
rest while the pods answer.
"""

import argparse
import asyncio
import sys
from importlib import import_module

from backends.registry import prepare
from console.config import Config, load
from console.exit import Exit
from console.headless import loop
from console.headless.diagnostics import say

JUDGED = ("pods", "findings")
"""What tells of findings."""

BRIEF = ("nodes", "racks")
"""What wants to know which jobs are where, and nothing else of them or of partitions."""

PROMPT_S = 0.0005
"""How long the thread that imports may keep the far side's answers waiting: a dozen of them, 5 ms each otherwise."""


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if arguments.nodes is not None and arguments.kind != "nodes":
        say(f"get {arguments.kind} takes no node set; `megapod get nodes {arguments.nodes}` does")
        return Exit.USAGE
    chosen = arguments.select is not None or arguments.nodes is not None
    arguments.expression = None
    if chosen:
        from console.headless import targeting  # with the language it reads 20 ms

        targeting.listed(arguments, arguments.kind)
    config = load(arguments.config).only(arguments.pod)
    if arguments.kind == "jobs" and not chosen:
        from console.headless.looking import scheduler_only

        config = scheduler_only(config)
    judged, brief = chosen or arguments.kind in JUDGED, not chosen and arguments.kind in BRIEF
    return loop.run(_get(arguments, config, judged=judged, brief=brief))


async def _get(arguments: argparse.Namespace, config: Config, *, judged: bool, brief: bool) -> Exit:
    from console.headless.opening import Opening

    opening = Opening(config)
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(PROMPT_S)
    await asyncio.to_thread(_prepare, arguments, config)
    sys.setswitchinterval(usual_s)
    from console.headless import answer, names
    from console.state.session import Session

    async with Session(config, open_pod=opening.adapters, judged=judged, brief=brief) as session, opening:
        code = await answer.listed(arguments, session)
        names.remember(config.path, session.store.snapshots)
        return code


def _prepare(arguments: argparse.Namespace, config: Config) -> None:
    """Import what the answer needs, on a thread beside the connection."""
    for name, pod in config.pods.items():
        prepare(pod.endpoints(name))
    import_module("console.headless.answer")
    import_module("console.headless.names")
    if not arguments.form.whole:
        import_module(f"console.views.{arguments.kind}")
