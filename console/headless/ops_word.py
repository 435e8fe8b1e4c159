"""A word to an operation: pause, resume, cancel, adopt, retry. Whoever can write the journal may say it."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from backends.clean import clean
from console.exit import Exit
from console.headless import loop
from console.headless.diagnostics import Stop, say
from console.headless.journal_place import chosen, found, opened
from console.operations import event as ev
from console.operations.detached import Detached, NotLetGo, TooLate
from console.operations.operation import Operation, State
from console.operations.result import Outcome
from console.operations.worker import Carried
from console.state.clock import SystemClock
from console.targets import expand, fold

_HOW_IT_ENDS = "`megapod ops watch {0}` tells how it ends"
_YOURS = "{0} is carried on by you; `megapod ops watch {0}`"
Then = Callable[[Detached, Operation, argparse.Namespace], Awaitable[Exit]]


def _pause(arguments: argparse.Namespace) -> Exit:
    return _say(arguments, ev.Paused(why=_why(arguments)), State.RUNNING, "paused: no further effect")


def _resume(arguments: argparse.Namespace) -> Exit:
    return _say(arguments, ev.Continued(), State.PAUSED, "goes on")


def _cancel(arguments: argparse.Namespace) -> Exit:
    if not (why := _why(arguments)):
        raise Stop(Exit.USAGE, "cancel needs --reason: the next operator will want to know why")
    then = f"is told to cancel: no further step, and what it changed is taken back; {_HOW_IT_ENDS}"
    return _say(arguments, ev.Cancelling(why=why), None, then.format(arguments.operation))


def _why(arguments: argparse.Namespace) -> str:
    return clean(" ".join(arguments.reason.split()))


def _adopt(arguments: argparse.Namespace) -> Exit:
    return _with(arguments, _adopted)


def _retry(arguments: argparse.Namespace) -> Exit:
    return _with(arguments, _retried)


WORDS = {"pause": _pause, "resume": _resume, "cancel": _cancel, "adopt": _adopt, "retry": _retry}


def _say(arguments: argparse.Namespace, word: ev.Event, wanted: State | None, then: str) -> Exit:
    """Write one word down. Where nobody is there to hear it, we take the operation up ourselves."""

    async def say_it(detached: Detached, operation: Operation) -> Exit:
        if operation.ended:
            raise Stop(Exit.CONFLICT, f"{operation.id} has ended: {operation.result.text}")
        if wanted is not None and operation.state is not wanted:
            say(f"{operation.id} is {operation.state.value} already")
            return Exit.DONE if _came_to(word, operation.state) else Exit.CONFLICT
        try:
            taken_up = await detached.say(operation, word, arguments.config or "")
        except (Carried, NotLetGo, TooLate) as error:
            raise Stop(Exit.CONFLICT, str(error)) from error
        say(f"{operation.id} {then}")
        if taken_up:
            say(_YOURS.format(operation.id))
        return Exit.DONE

    return _with(arguments, lambda detached, operation, _: say_it(detached, operation))


def _came_to(word: ev.Event, state: State) -> bool:
    return (isinstance(word, ev.Paused) and state is State.PAUSED) or (
        isinstance(word, ev.Continued) and state is State.RUNNING
    )


async def _adopted(detached: Detached, operation: Operation, arguments: argparse.Namespace) -> Exit:
    if operation.ended:
        raise Stop(Exit.CONFLICT, f"{operation.id} has ended: {operation.result.text}")
    try:
        await detached.adopt(operation, arguments.config or "")
    except (Carried, NotLetGo) as error:
        raise Stop(Exit.CONFLICT, str(error)) from error
    say(_YOURS.format(operation.id))
    return Exit.DONE


async def _retried(detached: Detached, operation: Operation, arguments: argparse.Namespace) -> Exit:
    if not operation.ended:
        raise Stop(Exit.CONFLICT, f"{operation.id} has not ended; `megapod ops watch {operation.id}`")
    late = {node.node: node for node in operation.nodes if node.outcome is not Outcome.DONE}
    asked = expand(arguments.nodes) if arguments.nodes.strip() else tuple(late)
    strangers = [name for name in asked if name not in late]
    if strangers:
        raise Stop(
            Exit.USAGE, f"{fold(strangers)}: not among the nodes that did not get there ({fold(late) or 'none'})"
        )
    if not asked:
        say(f"{operation.id}: every node got there; nothing to do")
        return Exit.DONE
    try:
        await asyncio.to_thread(detached.retry, operation, tuple(asked), arguments.config or "")
    except Carried as error:
        raise Stop(Exit.CONFLICT, str(error)) from error
    say(f"{operation.id} begins again with {fold(asked)}; `megapod ops watch {operation.id}`")
    return Exit.DONE


def _with(arguments: argparse.Namespace, then: Then) -> Exit:
    async def work() -> Exit:
        place = chosen(arguments)
        journal = opened(place)
        try:
            operation = found(journal, arguments.operation)
            return await then(Detached(place, journal, SystemClock()), operation, arguments)
        finally:
            journal.close()

    return loop.run(work())
