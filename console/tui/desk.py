"""What every screen looks at: the session once it is open, the pod in view, the time, the signs to draw with."""

from collections import deque
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.actions import ACTIONS, Action, available
from console.config import Config
from console.operations.plan import Plan
from console.state.session import Session
from console.tui.keymap import Keymap
from console.tui.meter import Meter
from console.tui.opening import opening
from console.views.happenings import OURSELVES, Told
from console.views.sources import waiting
from widgets.glyphs import GlyphSet

AGES_EVERY = timedelta(minutes=1)
"""How often the ages on screen move on: all at once, since they are told to the minute."""


SAID_KEPT = 200
"""Lines said to the operator that can be read again in events."""


class Desk:
    """Shared by the screens, owned by the app. `session` is None until its adapters are imported and made.

    `commands` and `filters` are the lines that were typed, the latest last.
    """

    def __init__(self, config: Config, glyphs: GlyphSet, keymap: Keymap) -> None:
        self.config = config
        self.keymap = keymap
        self.glyphs = glyphs
        self.session: Session | None = None
        self.pod = next(iter(config.pods), "")
        self.since = self.now()
        self.said: deque[Told] = deque(maxlen=SAID_KEPT)
        self.said_count = 0
        self.clipboard = True
        self.last: Plan | None = None
        self.chosen: frozenset[str] = frozenset()
        self._ages_at: datetime | None = None
        self._meter = Meter()
        self.commands: list[str] = []
        self.filters: list[str] = []

    @property
    def snapshots(self) -> Mapping[str, Snapshot]:
        """The latest of every pod; empty while the session is not open."""
        return self.session.store.snapshots if self.session else {}

    @property
    def snapshot(self) -> Snapshot | None:
        """The latest of the pod in view."""
        return self.snapshots.get(self.pod)

    @property
    def requests(self) -> int | None:
        """What the pod in view was asked in the last minute, as its meter tells it; None while that is not known."""
        found = self.snapshot
        if found is None:
            return None
        counted = self.now() - self.since
        return self._meter.of(self.pod, found.requests_last_min, found.request_budget_per_min, counted)

    def now(self) -> datetime:
        """The session's time."""
        return self.session.clock.now() if self.session else datetime.now(UTC)

    def note(self, text: str, severity: Severity) -> None:
        """Keep a line that was said to the operator, so that it can be read again."""
        self.said_count += 1
        key = f"said:{self.said_count}"
        self.said.append(
            Told(key=key, at=self.now(), severity=severity, source=OURSELVES, entity="", text=text),
        )

    def choose(self, nodes: Collection[str]) -> None:
        """What is selected where one comes from. A finding that hits most of the pod would light up all of it: none."""
        every = len(self.snapshot.nodes) if self.snapshot is not None else 0
        self.chosen = frozenset(nodes) if len(nodes) * 2 <= every else frozenset()

    def ages_now(self) -> datetime:
        """The time for ages in rows: it moves on once a minute."""
        now = self.now()
        if self._ages_at is None or not timedelta() <= now - self._ages_at < AGES_EVERY:
            self._ages_at = now
        return self._ages_at

    def actions(self) -> tuple[Action, ...]:
        """The actions that exist for the pod in view; none while nothing can do them."""
        pod = self.session.pods.get(self.pod) if self.session else None
        if pod is None:
            return ()
        scheduler = pod.adapters.scheduler
        able = {one for hardware in pod.adapters.hardware.values() for one in hardware.capabilities}
        able |= scheduler.capabilities if scheduler else frozenset()
        return available(read_only=self._read_only, capabilities=able)

    def why_not(self) -> str:
        """Why an action does not exist here; empty where all do."""
        if len(self.actions()) == len(ACTIONS):
            return ""
        if self.session is None:
            return "the pods are still being opened"
        if self._read_only:
            return f"pod {self.pod} is read-only: set read_only = false under [pods.{self.pod}] to allow writes"
        return f"nothing of pod {self.pod} can do it"

    def awaited(self, *families: str) -> str:
        """What we wait for before there is anything to draw; empty when nothing."""
        snapshot = self.snapshot
        if snapshot is not None:
            return waiting(snapshot, self.now(), families)
        return opening(self.config, self.pod)

    @property
    def _read_only(self) -> bool:
        pod = self.config.pods.get(self.pod)
        return pod is None or pod.read_only
