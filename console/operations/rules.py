"""A pod's policy as its config says it now: an operation runs for hours, and what is written there meanwhile counts."""

from pathlib import Path

from console.config import ConfigError, PodConfig, load
from console.operations.plan import Verdict
from console.operations.policy import Policy

Stamp = tuple[int, int] | None


class Rules:
    """The rules of one pod. A config that cannot be read any more leaves those that were read last."""

    def __init__(self, path: str, pod: str, known: PodConfig) -> None:
        self._path = path
        self._pod = pod
        self._stamp = _stamp(path)
        self.policy: Policy = known.policy
        self.read_only = known.read_only

    def look(self) -> None:
        """Read the config again where it is another file than before, or another text."""
        stamp = _stamp(self._path)
        if stamp is None or stamp == self._stamp:
            return
        try:
            found = load(self._path).pods.get(self._pod)
        except ConfigError:
            return  # it is being written just now, or is broken: the next look tells
        self._stamp = stamp
        if found is not None:
            self.policy, self.read_only = found.policy, found.read_only

    def shut(self) -> Verdict | None:
        """What forbids any write to the pod by now; None where nothing does."""
        if not self.read_only:
            return None
        return Verdict("read_only", f"pod {self._pod} has become read-only; set read_only = false", ok=False)


def _stamp(path: str) -> Stamp:
    try:
        found = Path(path).stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino) if found else None
