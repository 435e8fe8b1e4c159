"""Who looks after which finding, as the screen knows it: read beside everything else, written at a key."""

import asyncio
from collections.abc import Callable, Mapping

from console.operations.attention import Attention
from console.operations.carrier import Carrier
from console.operations.event import Attended
from console.operations.journal_error import JournalError

EVERY_S = 3.0
"""How often the journal is asked: another operator's word is on this screen within that."""


class Attending:
    """The latest of each pod. `number` is another one when anything is; `failed` is called with one line."""

    def __init__(self, carrier: Carrier, failed: Callable[[str], None]) -> None:
        self._carrier = carrier
        self.number = 0
        self._failed = failed
        self._known: dict[str, Mapping[str, Attention]] = {}
        self._said = ""

    def of(self, pod: str) -> Mapping[str, Attention]:
        """What is said of a pod's findings, by their ids."""
        return self._known.get(pod, {})

    async def look(self, pod: str) -> None:
        """Ask the journal now. What goes wrong is said once."""
        try:
            found = await self._carrier.attention(pod)
        except JournalError as error:
            if str(error) != self._said:
                self._said = str(error)
                self._failed(self._said)
            return
        if found != self._known.get(pod):
            self._known[pod] = found
            self.number += 1

    async def watch(self, pod: Callable[[], str]) -> None:
        """Ask again and again, until cancelled."""
        while True:
            await self.look(pod())
            await asyncio.sleep(EVERY_S)

    async def write(self, event: Attended) -> None:
        """Write a word down, and show it. Raises JournalError."""
        await self._carrier.attend(event)
        await self.look(event.pod)
