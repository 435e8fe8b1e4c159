"""Every kind of document that is printed, and the type it is: what `megapod schema` publishes.

The schema is made from the very types that are encoded, so the two cannot part.
"""

from functools import cache
from inspect import cleandoc
from typing import Any

import msgspec
from msgspec import Struct

from backends.model.log import LogEntry
from console.headless import item
from console.headless.audit import AuditList
from console.headless.blast import Blast
from console.headless.changes import Change
from console.headless.check import CheckResult
from console.headless.describe import Described
from console.headless.doctor import Checkup
from console.headless.document import Document, kind_of
from console.headless.events import EventList
from console.headless.exec import ExecResult
from console.headless.findings import AttentionItem
from console.headless.ops import OperationDocument, OperationList
from console.headless.output import API_VERSION
from console.headless.wait import Wait
from console.operations.plan import Plan
from console.operations.result import Result

DESCRIBED = (item.NodeItem, item.JobItem, item.PlantItem, item.FindingItem)
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ITEMS: dict[str, type[Struct]] = {
    "pods": item.PodItem,
    "racks": item.RackItem,
    "nodes": item.NodeItem,
    "gpus": item.GpuItem,
    "jobs": item.JobItem,
    "plant": item.PlantItem,
    "findings": item.FindingItem,
    "sources": item.SourceItem,
}
WHOLE = (AuditList, Blast, CheckResult, Checkup, EventList, ExecResult, OperationList, Wait)
"""Documents that are named as they are."""


def kinds() -> tuple[str, ...]:
    """The names of all kinds."""
    return tuple(_types())


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind. Raises KeyError for one that there is not.

    Every property is always there, so each is required; new ones may come, so others are allowed.
    """
    whole = msgspec.json.schema(_types()[kind])
    definitions = whole["$defs"]
    for one in definitions.values():
        if "description" in one:  # a docstring: Python 3.13 and msgspec 0.21 on take its margin off, older ones do not
            one["description"] = cleandoc(one["description"])
        if "properties" in one:
            one["required"] = list(one["properties"])
    name = whole["$ref"].rpartition("/")[2]
    root = definitions.pop(name)
    if "apiVersion" in root["properties"]:  # a line of a stream says neither: there are many of them
        root["properties"]["apiVersion"] = {"const": API_VERSION}
        root["properties"]["kind"] = {"const": kind}
    return {"$schema": DIALECT, "$id": f"urn:{API_VERSION.replace('/', ':')}:{kind}", **root, "$defs": definitions}


@cache
def _types() -> dict[str, type[Struct]]:
    items = ITEMS | {"attentions": AttentionItem}
    lists = {kind_of(kind): _with(Document, kind_of(kind), items=tuple[one, ...]) for kind, one in items.items()}  # type: ignore[valid-type]  # a type made while it runs
    lines: dict[str, type[Struct]] = {
        name: _with(Change, name, item=one | None)  # a line of `watch`
        for kind, one in ITEMS.items()
        for name in [kind_of(kind).replace("List", "Change")]
    }
    lines["LogEntry"] = LogEntry  # a line of `logs -o jsonl`
    ones = {
        one.__name__.removesuffix("Item"): _with(Described, one.__name__.removesuffix("Item"), item=one)
        for one in DESCRIBED
    }
    both = {"apiVersion": str, "kind": str}
    whole: dict[str, type[Struct]] = {one.__name__: one for one in WHOLE}
    whole["Operation"] = OperationDocument
    written = {"Plan": _with(Plan, "Plan", **both, digest=str), "Result": _with(Result, "Result", **both)}
    return lists | ones | whole | written | lines


def _with(base: type[Struct], name: str, **fields: Any) -> type[Struct]:  # noqa: ANN401 - types, as typing spells them
    """A type with these fields beside its base's, or more narrowly than there."""
    return msgspec.defstruct(name, list(fields.items()), bases=(base,), kw_only=True, frozen=True)
