"""Where a link leads on one service, whose base URL may have a path prefix.

Two kinds of prefixed services are in the field: those that repeat the prefix in their links, and those behind a
proxy that adds it and know nothing of it. Both are understood.
"""

from urllib.parse import urlsplit

ROOT = "/redfish/v1"


class ServicePaths:
    """Paths of one service. `base_path` is the base URL's; a `/redfish/v1` at its end is the root, not a prefix."""

    def __init__(self, base_path: str) -> None:
        self._prefix = base_path.rstrip("/").removesuffix(ROOT)

    @property
    def root(self) -> str:
        """The service root. With its last slash (DSP0266), which without it some answer 308."""
        return f"{self._prefix}{ROOT}/"

    def of(self, link: str) -> str:
        """The path to request for a link (`@odata.id`, `Location`). A host in it is ignored: we never leave ours."""
        parts = urlsplit(link)
        path = "/" + parts.path.lstrip("/")
        if self._prefix and path != self._prefix and not path.startswith(self._prefix + "/"):
            path = self._prefix + path
        return path + (f"?{parts.query}" if parts.query else "")


def last_segment(path: str) -> str:
    """`System_0` of `/redfish/v1/Systems/System_0`: what is left of a resource that has no Id."""
    return path.rstrip("/").rsplit("/", 1)[-1]


def bare(path: str) -> str:
    """A path without the prefix of its service, which links and requests may have or not, and without a last slash."""
    return path[max(path.find(ROOT), 0) :].rstrip("/")
