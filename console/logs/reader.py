"""What reads one log: asked again and again, it goes on from where it was."""

from typing import Protocol

from backends.model.log import LogEntry


class Reader(Protocol):
    """One log. `errors` is what the last reading could not read of it.

    `key` tells it from every other for good. `mark` is how far it has been read, in words of its own: one that was
    kept, and is set before the first reading, makes it go on from there.
    """

    name: str
    key: str
    mark: dict[str, str]
    errors: tuple[str, ...]

    async def read(self, *, timeout_s: float) -> list[LogEntry]:
        """What it says; a reader may say again what it has said. Raises backends.errors."""
        ...
