"""The only writer of stderr, and the owner of how a run ends. One line a message, `megapod: …`."""

import sys

from backends.clean import clean
from backends.errors import BackendError
from console.config import ConfigError
from console.exit import Exit
from console.operations.journal_error import JournalError, Leased
from console.target_error import TargetError

_LONGEST = 20_000
"""A line is not cut short: a folded set of nodes may be long. What could act on a terminal is replaced."""


class Stop(Exception):
    """End the run with this code and, when there is something to say, this one line."""

    def __init__(self, code: Exit, message: str = "") -> None:
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    """One line to the person or the log. A closed stderr is no reason to stop."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"megapod: {clean(' '.join(message.split()), _LONGEST)}\n")
        sys.stderr.flush()
    except OSError:
        pass


def ended_by(error: Exception) -> Exit:
    """Say what ended the run, and give its code. Raises what is a bug of ours and not an end."""
    match error:
        case Stop():
            if str(error):
                say(str(error))
            return error.code
        case ConfigError() | TargetError():
            say(str(error))
            return Exit.USAGE
        case Leased():
            say(str(error))
            return Exit.CONFLICT
        case JournalError():
            say(str(error))
            return Exit.FAILED
        case BackendError():
            say(str(error))
            return Exit.PARTIAL
    raise error
