"""An app that handles one key to its end before the next: what a burst of keys means does not depend on the link.

Textual 8.2 hands a key to what has the focus when the key arrives, and moves the focus some turns of the loop later.
Keys that come in one packet, from a slow link or a paste, would all go to the widget of the first: after `/` the text
of a filter would be taken for commands. A key that comes alone is handed on at once, as ever.
"""

import asyncio
from collections.abc import Iterator
from typing import Generic, TypeVar

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

_Result = TypeVar("_Result")

HANDLED_WITHIN_S = 0.5
"""The longest a key is waited for: a widget that went away never says that it has handled one."""

_ROUNDS = 2
"""Once for the key itself, and once for what its action posted: a focus to move, a screen to build."""


class KeyQueueApp(App[_Result], Generic[_Result]):
    """Queues the keys that arrive while one is being handled."""

    _waiting: tuple[events.Key, ...] = ()
    _handling: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        """A key from the terminal takes its turn; all else goes its way."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self._waiting += (event,)
        if self._handling is None or self._handling.done():
            self._handling = asyncio.create_task(self._handle_keys(), name="keys")

    async def _handle_keys(self) -> None:
        """Every waiting key, in order; what goes wrong ends the app, as it does in Textual's own loop."""
        while self._waiting and self.is_running:
            key, *rest = self._waiting
            self._waiting = tuple(rest)
            try:
                await super().on_event(key)
                await self._handled()
            except Exception as error:  # noqa: BLE001 - whatever an action raised
                self._handle_exception(error)

    async def _handled(self) -> None:
        """Wait until the last key has done what it does."""
        try:
            async with asyncio.timeout(HANDLED_WITHIN_S):
                for _ in range(_ROUNDS):
                    for pump in list(self._way()):
                        await _reached(pump)
        except TimeoutError:
            self.log.warning("a key was not handled within its time")

    def _way(self) -> Iterator[MessagePump]:
        """What a key passes: from the focus up to the app."""
        if not self.screen_stack:
            return
        here: MessagePump | None = self.focused or self.screen
        while here is not None:
            yield here
            here = here._parent  # noqa: SLF001 - the way messages bubble


async def _reached(pump: MessagePump) -> None:
    """Wait until a pump has handled what was posted to it up to now."""
    handled = asyncio.Event()
    if pump.is_running and pump.call_later(handled.set):
        await handled.wait()
