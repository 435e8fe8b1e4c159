"""`megapod wait NODES --for STATE`: until every node is in a state, by the scheduler's fresh word."""

import argparse
import asyncio

from backends.model.node import Service
from backends.model.snapshot import Snapshot
from console.config import Config, load
from console.exit import Exit
from console.headless import loop, options, output
from console.headless.change import LOOK_WITHIN_S, scheduler_only, targets_of
from console.headless.diagnostics import Stop, say
from console.operations.goal import Goal, in_service, in_state
from console.state.session import Session
from console.targets import TargetError, Targets, fold

IN_SERVICE = "in-service"
STATES = (IN_SERVICE, *(service.value for service in Service if service is not Service.UNKNOWN))

EPILOG = f"""\
states: {", ".join(STATES)}
        ({IN_SERVICE}: takes work, whether idle, mixed or allocated)

examples:
  megapod wait gpu[001-004] --for state=drained --timeout 2h
  megapod wait @rack:r1 --for state=in-service

exit codes: 0 all of them are there · 2 usage · 3 unreachable · 4 deadline passed · 130 interrupted
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("nodes", nargs="?", default="", metavar="NODES", help="a node set")
    parser.add_argument("--for", dest="wanted", required=True, metavar="state=STATE", help="what to wait for")
    options.add_timeout(parser, None, "give up after this")
    options.add_config(parser)
    options.add_output(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    key, _, state = arguments.wanted.partition("=")
    if key != "state" or state not in STATES:
        raise Stop(Exit.USAGE, f"--for {arguments.wanted}: want state=STATE, one of {', '.join(STATES)}")
    config = load(arguments.config).only(arguments.pod)
    if not arguments.nodes.strip():
        raise TargetError("wait for which nodes? Name them, as in `megapod wait gpu[001-004] --for state=drained`")
    return loop.run(_wait(arguments, state, scheduler_only(config)))


async def _wait(arguments: argparse.Namespace, state: str, config: Config) -> Exit:
    goal: Goal = in_service if state == IN_SERVICE else in_state(Service(state))
    async with Session(config) as session:
        targets = targets_of(arguments.nodes, await session.look(LOOK_WITHIN_S))
        watching = asyncio.create_task(session.watch())

        def there(snapshots: dict[str, Snapshot]) -> bool:
            snapshot = snapshots[targets.pod]
            fresh = snapshot.sources["slurm.nodes"].trusted
            return fresh and all(goal(snapshot, name) for name in targets.nodes)

        code = Exit.DONE
        try:
            async with asyncio.timeout(arguments.timeout_s):
                await session.store.until(there)
        except TimeoutError:
            code = Exit.DEADLINE
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        _report(session.store[targets.pod], targets, goal, arguments)
    return code


def _report(snapshot: Snapshot, targets: Targets, goal: Goal, arguments: argparse.Namespace) -> None:
    late = [name for name in targets.nodes if not goal(snapshot, name)]
    if late:
        say(f"the deadline passed; not {arguments.wanted}: {fold(late)}")
    states = {name: node.service.value if (node := snapshot.nodes.get(name)) else "gone" for name in targets.nodes}
    if arguments.output == "json":
        rows = [{"node": name, "there": name not in late, "service": state} for name, state in states.items()]
        wanted = {"pod": targets.pod, "for": arguments.wanted, "nodes": rows}
        output.write_json({"apiVersion": output.API_VERSION, "kind": "Wait", **wanted})
    else:
        output.write("".join(f"{name} {state}\n" for name, state in states.items()))
