"""Leak detectors: what they see, and what they make of it after a while."""

from collections.abc import Callable
from functools import partial

from backends.simulator.agenda import Agenda
from backends.simulator.alarm import Alarms

NO_REACTION, FORCE_OFF, SHUTDOWN = "None", "ForceOff", "GracefulShutdown"
REACTIONS = (NO_REACTION, FORCE_OFF, SHUTDOWN)
LONGEST_DELAY_S = 3_600


class LeakDetector:
    """One detector. `wet` is the truth under it; it tells of it while it is `enabled`.

    `react` is done `delay_s` after it has seen coolant, with `reaction` as it is by then, if it still sees it.
    """

    def __init__(self, origin: str, within: tuple[str, ...], message: str, react: Callable[[str], None]) -> None:
        self.origin = origin
        self.within = within
        self.message = message
        self.react = react
        self.wet = False
        self.enabled = True
        self.reaction = NO_REACTION
        self.delay_s = 0
        self.turn = 0

    @property
    def seen(self) -> bool:
        """Whether it sees coolant."""
        return self.wet and self.enabled


class Leaks:
    """The detectors of a pod, by the name of the tray's node or of the unit they are in."""

    def __init__(self, agenda: Agenda, alarms: Alarms) -> None:
        self.detectors: dict[str, LeakDetector] = {}
        self._agenda = agenda
        self._alarms = alarms

    def wet(self, name: str, *, on: bool) -> None:
        """Coolant reaches a detector; or it has dried."""
        self.detectors[name].wet = on
        self.look(self.detectors[name])

    def look(self, detector: LeakDetector) -> None:
        """It was switched on or off, or is to react otherwise: off, it raises no alarm; wet, its delay begins anew."""
        level = "Critical" if detector.seen else "OK"
        self._alarms.set(detector.origin, "leak", level, detector.message, detector.within)
        detector.turn += 1
        if detector.seen:
            self._agenda.after(detector.delay_s, partial(_react, detector, detector.turn))


def _react(detector: LeakDetector, turn: int) -> None:
    if detector.turn == turn and detector.reaction != NO_REACTION:
        detector.react(detector.reaction)
