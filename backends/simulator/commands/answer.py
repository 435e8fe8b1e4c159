"""What a command answers."""

from msgspec import Struct

VERSION = "24.11.5"


class Answer(Struct, frozen=True, kw_only=True):
    """Exit status and output of a command. `after_s` is how long a real one would have taken to come to it."""

    status: int = 0
    stdout: str = ""
    stderr: str = ""
    after_s: float = 0.0


def refusal(stderr: str) -> Answer:
    """Status 1 and a line on stderr."""
    return Answer(status=1, stderr=f"{stderr}\n")
