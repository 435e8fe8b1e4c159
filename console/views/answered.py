"""Whether a source has ever answered: what it would have told is empty after that, and not known before."""

from backends.model.snapshot import Snapshot


def answered(snapshot: Snapshot, source: str) -> bool:
    """Whether this source has answered since megapod started. A pod that does not have it never hears from it."""
    status = snapshot.sources.get(source)
    return status is not None and status.observed_at is not None
