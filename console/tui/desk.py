"""What every screen looks at: the session once it is open, the pod in view, the time, the signs to draw with."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from backends.model.snapshot import Snapshot
from backends.registry import redfish_sources
from console.actions import ACTIONS, Action, available
from console.config import Config
from console.state.session import Session
from console.views.sources import waiting
from widgets.glyphs import GlyphSet

AGES_EVERY = timedelta(seconds=10)
"""How often the ages in rows move on. Each move repaints a column (26 jobs at 80x24: 2.3 KB/s when every 5 s); the
chrome tells what is old at once."""


class Desk:
    """Shared by the screens, owned by the app. `session` is None until its adapters are imported and made."""

    def __init__(self, config: Config, glyphs: GlyphSet) -> None:
        self.config = config
        self.glyphs = glyphs
        self.session: Session | None = None
        self.pod = next(iter(config.pods), "")
        self._ages_at: datetime | None = None

    @property
    def snapshots(self) -> Mapping[str, Snapshot]:
        """The latest of every pod; empty while the session is not open."""
        return self.session.store.snapshots if self.session else {}

    @property
    def snapshot(self) -> Snapshot | None:
        """The latest of the pod in view."""
        return self.snapshots.get(self.pod)

    def now(self) -> datetime:
        """The session's time."""
        return self.session.clock.now() if self.session else datetime.now(UTC)

    def ages_now(self) -> datetime:
        """The time for ages in rows: it moves on every few seconds."""
        now = self.now()
        if self._ages_at is None or not timedelta() <= now - self._ages_at < AGES_EVERY:
            self._ages_at = now
        return self._ages_at

    def actions(self) -> tuple[Action, ...]:
        """The actions that exist for the pod in view; none while nothing can do them."""
        scheduler = self.session.scheduler(self.pod) if self.session and self.pod in self.session.pods else None
        if scheduler is None:
            return ()
        return available(read_only=self._read_only, capabilities=scheduler.capabilities)

    def why_not(self) -> str:
        """Why an action does not exist here; empty where all do."""
        if len(self.actions()) == len(ACTIONS):
            return ""
        if self.session is None:
            return "the pods are still being opened"
        if self._read_only:
            return f"pod {self.pod} is read-only: set read_only = false under [pods.{self.pod}] to allow writes"
        return f"pod {self.pod} has nothing that can do this"

    def awaited(self, *families: str) -> str:
        """What we wait for before there is anything to draw; empty when nothing."""
        snapshot = self.snapshot
        if snapshot is not None:
            return waiting(snapshot, self.now(), families)
        pod = self.config.pods.get(self.pod)
        if pod is None:
            return f"no pod is configured in {self.config.path or 'the config'}"
        places = [f"the scheduler on {pod.ssh.host}"] if pod.ssh else []
        names = redfish_sources(pod.endpoints(self.pod))
        places += [f"{name} at {endpoint.url}" for name, endpoint in zip(names, pod.redfish, strict=True)]
        return f"opening {', '.join(places)} …"

    @property
    def _read_only(self) -> bool:
        pod = self.config.pods.get(self.pod)
        return pod is None or pod.read_only
