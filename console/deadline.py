"""The deadline of a whole run (`megapod --deadline 5s …`): what is known is printed before it, and then it is over.

It is held by the process's own alarm, so that nothing a verb waits for can hold it up. The good-byes to the far side
have what is left until then, and what has not been said by then is left unsaid: sessions expire by themselves.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

from console.exit import Exit
from console.moment import seconds

RESERVE_S = 0.3
"""What a verb leaves of it for printing and good-byes: on a machine so busy that it took longer to get so far, as long
as that; and where the deadline is short, half of what is left."""
GOODBYE_S = 0.1
"""How long before the deadline what still runs is asked to end."""

END_S = 0.04
"""What the end of a process itself takes, where others want the machine, too."""


def add_deadline(parser: argparse.ArgumentParser) -> None:
    """`--deadline`, kept as `run_within_s`."""

    def limit(text: str) -> float:
        try:
            value = seconds(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        if value <= 0:
            raise argparse.ArgumentTypeError(f"{text!r} is no time to do anything in")
        return value

    help_text = "end after this whatever happens, with what is known by then (before the verb), as in 2s"
    parser.add_argument("--deadline", dest="run_within_s", type=limit, metavar="TIME", help=help_text)


def hold(arguments: argparse.Namespace, began_s: float) -> None:
    """Arm the alarm, where a deadline was given."""
    within_s = arguments.run_within_s
    if within_s is None:
        return
    left_s = within_s - max(_age_s(), time.monotonic() - began_s)
    left_s = max(0.001, left_s - min(END_S, left_s * 0.05))
    stand_by()
    goodbye_s = min(GOODBYE_S, left_s * 0.1)
    signal.setitimer(signal.ITIMER_REAL, left_s - goodbye_s, goodbye_s)


def _age_s() -> float:
    """How long ago this process began, to 10 ms, Python's own start included; 0 where no proc(5) says it."""
    try:
        words = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        return time.clock_gettime(time.CLOCK_BOOTTIME) - int(words[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0


def patience_s(said_s: float) -> float:
    """How long to wait for answers from now on: as said, or so long that there is time to print them."""
    left_s, _ = signal.getitimer(signal.ITIMER_REAL)
    return said_s if left_s <= 0 else min(said_s, left_s - min(max(RESERVE_S, _age_s()), left_s * 0.5))


def stand_by() -> None:
    """End the process when the alarm comes, whatever it is at: while no event loop is there to be asked."""
    signal.signal(signal.SIGALRM, _passed)


def ask_first(ask: Callable[[], object]) -> None:
    """At the first alarm have an event loop asked to end, and at the next one end, whatever holds the loop by then.

    The signal is taken between two instructions of Python, not between two steps of the loop: a step may be long.
    """

    def alarm(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)  # the next may come while this is said
        _say()
        signal.signal(signal.SIGALRM, lambda *_: end())
        ask()

    signal.signal(signal.SIGALRM, alarm)


def release() -> None:
    """The run has come to its end by itself."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def held() -> bool:
    """Whether this run has a deadline: its alarm comes twice, to ask and to end."""
    return signal.getitimer(signal.ITIMER_REAL)[0] > 0


def end() -> NoReturn:
    """End the process now, with what it has written."""
    release()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.flush()
    os._exit(Exit.DEADLINE)


def _say() -> None:
    """Past Python's own buffer: a signal may come in the middle of a write to that."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), b"megapod: the deadline passed\n")


def _passed(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    _say()
    end()
