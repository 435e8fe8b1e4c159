"""The kinds that can be selected, by the word `megapod get` has for them. Each is imported when it is asked for."""

from importlib import import_module
from typing import Any

from console.select.field import Kind

_WHERE = {
    "nodes": "node_fields",
    "jobs": "job_fields",
    "findings": "finding_fields",
    "gpus": "gpu_fields",
    "plant": "plant_fields",
    "pods": "pod_fields",
    "racks": "pod_fields",
}
NAMES = tuple(_WHERE)


def kind(name: str) -> Kind[Any]:
    """The kind of this name. Raises KeyError: the names are ours."""
    found: Kind[Any] = getattr(import_module(f"console.select.{_WHERE[name]}"), name.upper())
    return found
