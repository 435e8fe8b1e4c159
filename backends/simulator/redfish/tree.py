"""The map of the service: which path is which resource."""

from collections.abc import Callable

from backends.simulator.redfish import chassis, processors, root, systems
from backends.simulator.redfish.resource import ROOT, Body, Resource, Value
from backends.simulator.redfish.sessions import Sessions
from backends.simulator.world import World

_Build = Callable[..., Resource | None]

_TABLE: tuple[tuple[str, _Build], ...] = (
    ("", root.service_root),
    ("Chassis", chassis.chassis_collection),
    ("Chassis/*", chassis.chassis),
    ("Chassis/*/EnvironmentMetrics", chassis.environment),
    ("Systems", systems.system_collection),
    ("Systems/*", systems.system),
    ("Systems/*/Processors", processors.processor_collection),
    ("Systems/*/Processors/*", processors.processor),
    ("Systems/*/Processors/*/EnvironmentMetrics", processors.gpu_environment),
    ("Managers", root.manager_collection),
    ("Managers/*", root.manager),
)
_BY_LENGTH: dict[int, list[tuple[list[str], _Build]]] = {}
for _path, _build in _TABLE:
    _parts = [part for part in _path.split("/") if part]
    _BY_LENGTH.setdefault(len(_parts), []).append((_parts, _build))


class Tree:
    """Resources by path, as they are at this instant. Nothing is cached: a body is made when it is asked for."""

    def __init__(self, world: Callable[[], World], sessions: Sessions) -> None:
        self._world = world
        self._sessions = sessions

    def find(self, path: str) -> Resource | None:
        """The resource at a path, None where there is none. A trailing slash makes no difference (DSP0266 6.4)."""
        if path != ROOT and not path.startswith(f"{ROOT}/"):
            return None
        parts = [part for part in path.removeprefix(ROOT).rstrip("/").split("/") if part]
        match parts:
            case ["SessionService"]:
                return self._sessions.service()
            case ["SessionService", "Sessions"]:
                return self._sessions.collection()
            case ["SessionService", "Sessions", id_]:
                return self._sessions.get(id_)
        for pattern, build in _BY_LENGTH.get(len(parts), ()):
            if all(want in ("*", part) for want, part in zip(pattern, parts, strict=True)):
                names = [part for want, part in zip(pattern, parts, strict=True) if want == "*"]
                return build(self._world(), *names)
        return None

    def expand(self, body: Body, which: str, levels: int) -> Body:
        """Put resources in place of the links to them: `.` all but Links, `~` Links alone, `*` both."""
        expanded: Body = {}
        for key, value in body.items():
            in_links = key == "Links"
            if in_links == (which == "~") or which == "*":
                expanded[key] = self._replace(value, which, levels)
            else:
                expanded[key] = value
        return expanded

    def _replace(self, value: Value, which: str, levels: int) -> Value:
        if isinstance(value, list):
            return [self._replace(each, which, levels) for each in value]
        if not isinstance(value, dict):
            return value
        target = value.get("@odata.id")
        if len(value) == 1 and isinstance(target, str):
            found = self.find(target)
            if found is None:
                return value
            return self.expand(found.body, which, levels - 1) if levels > 1 else found.body
        return {key: self._replace(each, which, levels) for key, each in value.items()}
