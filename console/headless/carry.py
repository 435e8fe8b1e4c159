"""`megapod carry OP`: carry one operation to its end, in this process. Started by the verbs that begin or adopt one."""

import argparse

from console.exit import Exit
from console.headless.diagnostics import Stop
from console.headless.journal_place import add_journal, chosen
from console.operations import worker
from console.operations.lock import inherited
from console.state.clock import SystemClock

EPILOG = """\
Not for people: `megapod ops adopt OP` starts it where an operation was interrupted.

exit codes: the operation's own: 0 done · 1 failed · 3 unknown · 4 timed out · 5 refused · 6 conflict · 8 some failed;
            and 6 somebody else carries it, or has adopted it · 130 stopped between two steps: it stays open
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("operation", metavar="OP", help="the operation's id")
    parser.add_argument("--lock", type=int, metavar="FD", help="the open file of a lock that our parent took")
    add_journal(parser)


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
