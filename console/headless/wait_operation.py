"""`megapod wait --for op=ID`: looks on at an operation, in silence, until it is over."""

import argparse
from contextlib import aclosing

from console.exit import Exit
from console.headless import output
from console.headless.diagnostics import Stop, say
from console.headless.following import document_of
from console.headless.journal_place import chosen, found, opened
from console.headless.progress import node_line
from console.operations.detached import Detached
from console.operations.operation import Operation
from console.state.clock import SystemClock, within


async def wait_operation(arguments: argparse.Namespace, identity: str) -> Exit:
    """The operation's own code once it is over, DEADLINE where it is not by then. Raises Stop for an unknown one."""
    if arguments.nodes.strip():
        raise Stop(Exit.USAGE, f"--for op={identity} takes no nodes: an operation knows its own")
    arguments.journal = ""
    place, clock = chosen(arguments), SystemClock()
    journal = opened(place)
    try:
        found(journal, identity)
        ended = await within(clock, arguments.timeout_s, _ended(Detached(place, journal, clock), identity))
    except TimeoutError:
        say(f"the deadline passed; {identity} goes on: `megapod ops watch {identity}`")
        return Exit.DEADLINE
    finally:
        journal.close()
    if arguments.form.name != "table":
        output.write_document(document_of("Result", ended.result), arguments.form)
    else:
        output.write("".join(f"{node_line(node)}\n" for node in ended.result.nodes))
    return ended.result.exit


async def _ended(detached: Detached, identity: str) -> Operation:
    lost = False
    async with aclosing(detached.look_on(identity)) as sights:
        async for seen in sights:
            if seen.lost and not lost:
                say(seen.advice)
            lost = seen.lost
            if seen.operation.ended:
                return seen.operation
    raise Stop(Exit.FAILED, f"{identity} is no longer in the journal")
