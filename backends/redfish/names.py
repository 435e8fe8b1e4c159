"""The name a system joins on: by which name everybody else, the scheduler first, knows the node it is.

The rule, in this order; the first that gives a name wins:

1. the configured map, by the system's path, Id, UUID, serial number or HostName, and, where the service has one host
   only, by the service's own address (its host, `host:port`, or URL): controllers of single nodes often know no name;
2. `HostName`, without its domain (schedulers use short names), unless it is a default that says nothing;
3. `Name`, then `Id`, then the last segment of the path; but when two systems of a service would get the same name
   this way, or the name is a default ("System"), the next is taken for them.
"""

import ipaddress
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

from backends.clean import clean
from backends.redfish.paths import last_segment
from backends.redfish.schema import ComputerSystem

_SAYS_NOTHING = frozenset({"", "localhost", "unknown", "none", "default", "bmc", "system", "computer system"})


def join_names(hosts: Mapping[str, ComputerSystem], configured: Mapping[str, str], where: str) -> dict[str, str]:
    """Names by path; each is given once. Configured keys compare without case."""
    by_key = {key.strip().lower(): name for key, name in configured.items()}
    candidates = {
        path: _candidates(path, system, by_key, where if len(hosts) == 1 else "") for path, system in hosts.items()
    }
    while True:
        taken = Counter(names[0] for names in candidates.values())
        clashing = [path for path, names in candidates.items() if taken[names[0]] > 1 and len(names) > 1]
        if not clashing:
            break
        for path in clashing:
            candidates[path] = candidates[path][1:]
    return {path: names[0] for path, names in candidates.items()}


def _candidates(path: str, system: ComputerSystem, by_key: Mapping[str, str], where: str) -> list[str]:
    known_as = (path, system.id, system.uuid, system.serial_number, system.host_name, *_addresses(where))
    for key in known_as:
        if key and (name := by_key.get(key.strip().lower())):
            return [name]
    host_name = _short(clean(system.host_name or "", 255))
    described = [host_name, clean(system.name or "", 128), clean(system.id or "", 128)]
    telling = [name for name in described if name.lower() not in _SAYS_NOTHING]
    return list(dict.fromkeys([*telling, clean(last_segment(path), 128) or path]))


def _addresses(where: str) -> tuple[str, ...]:
    if not where:
        return ()
    parts = urlsplit(where)
    return (where, parts.netloc, parts.hostname or "")


def _short(host_name: str) -> str:
    try:
        ipaddress.ip_address(host_name)
    except ValueError:
        return host_name.split(".", 1)[0]
    return host_name
