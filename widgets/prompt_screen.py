"""A screen that shows what a key did as soon as it is done.

Textual 8.2 collects changes and paints them at the next tick of a 60 Hz timer, up to 17 ms later. That is right for
data, which comes when it comes; a key is answered at once, and so is what comes right behind it.
"""

from time import perf_counter
from typing import Generic

from textual import events
from textual.screen import Screen, ScreenResultType

from widgets.frugal import FrugalApp

AT_ONCE_S = 0.05
"""So long after a key every change is painted when it is there: a key may cause several, each in its turn."""


class PromptScreen(Screen[ScreenResultType], Generic[ScreenResultType]):
    """A screen that does not let a key wait. In another app than a FrugalApp it is a screen as any other."""

    async def _on_idle(self, event: events.Idle) -> None:
        """Textual's own handler starts the timer; here it is as if that had fired."""
        app = self.app
        if isinstance(app, FrugalApp) and perf_counter() - app.keyed_s < AT_ONCE_S:
            event.prevent_default()
            self._on_timer_update()
