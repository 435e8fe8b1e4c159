"""`megapod carry OP`: carry one operation to its end, in this process. Started by the verbs that begin or adopt one."""

import argparse

from console.exit import Exit
from console.headless.diagnostics import Stop
from console.headless.journal_place import chosen
from console.operations import worker
from console.operations.lock import inherited
from console.state.clock import SystemClock


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    clock, place, operation = SystemClock(), chosen(arguments), arguments.operation
    try:
        if arguments.lock is None:
            lock = worker.claim(place, operation, clock)
        else:
            lock = inherited(place, operation, arguments.lock)
        return worker.run(worker.carry(place, operation, lock, clock, arguments.config or "")).exit
    except worker.Carried as error:
        raise Stop(Exit.CONFLICT, str(error)) from error
    except worker.Stopped as error:
        raise Stop(error.code, str(error)) from error
