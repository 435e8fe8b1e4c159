"""ETags: which version of a resource a client has seen (RFC 9110 8.8.3, DSP0266 6.5)."""

import hashlib
import json

from backends.simulator.redfish.resource import Resource, Value

_CLOCKS = ("DateTime", "DateTimeLocalOffset")


def tag(resource: Resource) -> str:
    """The strong ETag of a resource. Clocks are left out of it, as DSP0266 asks: they say nothing about it."""
    text = f"{resource.turn} {json.dumps(_without_clocks(resource.body))}"
    return f'"{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"'


def named(header: str, etag: str) -> bool:
    """Whether an If-Match or If-None-Match names this ETag: a list of tags, or `*` for any."""
    tags = [each.strip() for each in header.split(",")]
    return "*" in tags or etag in tags


def _without_clocks(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _without_clocks(each) for key, each in value.items() if key not in _CLOCKS}
    if isinstance(value, list):
        return [_without_clocks(each) for each in value]
    return value
