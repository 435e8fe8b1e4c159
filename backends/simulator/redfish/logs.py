"""The controller's event log: every event that was posted, until it is cleared."""

import json
from collections.abc import Callable
from datetime import datetime

from backends.simulator.redfish.events import Event, Events
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Parameter,
    Resource,
    Value,
    Write,
    collection,
    head,
    ref,
    uri,
)
from backends.simulator.redfish.tasks import Tasks

KEPT = 500
_COLLECT_S = 8.0
_PLACE = ("Managers", "controller", "LogServices")
_PATH = uri(*_PLACE, "Events")


class Logs:
    """The log service of a pod controller. Entries can be marked as resolved, which is how one is acknowledged."""

    def __init__(self, events: Events, tasks: Tasks, now: Callable[[], datetime]) -> None:
        self._tasks = tasks
        self._now = now
        self._entries = {"0": _started(now())}
        self._resolved: set[str] = set()
        self._collected: dict[str, bytes] = {}
        events.listeners.append(self._write)

    def collection(self) -> Resource:
        """The log services: one."""
        return _described(collection(uri(*_PLACE), "LogService", "Log Service Collection", [_PATH]), "All logs")

    def service(self) -> Resource:
        """The event log."""
        now = self._now().isoformat()
        kinds: list[Value] = ["Manager"]
        body: Body = {
            **head(_PATH, "LogService.v1_8_0.LogService", "Events", "Event Log"),
            "Description": "Every event that was posted, until it is cleared",
            "DateTime": now,
            "DateTimeLocalOffset": "+00:00",
            "LogEntryType": "Event",
            "MaxNumberOfRecords": KEPT,
            "OverWritePolicy": "WrapsWhenFull",
            "ServiceEnabled": True,
            "Status": {"State": "Enabled", "Health": "OK"},
            "Entries": ref(*_PLACE, "Events", "Entries"),
            "Actions": {
                "#LogService.ClearLog": {"target": f"{_PATH}/Actions/LogService.ClearLog"},
                "#LogService.CollectDiagnosticData": {
                    "target": f"{_PATH}/Actions/LogService.CollectDiagnosticData",
                    "DiagnosticDataType@Redfish.AllowableValues": kinds,
                },
            },
        }
        collect = {"DiagnosticDataType": Parameter(required=True, allowed=("Manager",))}
        return Resource(
            body,
            actions={
                "LogService.ClearLog": Action(run=self._clear, parameters={"LogEntriesETag": Parameter()}),
                "LogService.CollectDiagnosticData": Action(run=self._collect, parameters=collect),
            },
        )

    def entries(self) -> Resource:
        """Every entry kept, the oldest first."""
        members = [self._body(id_, event) for id_, event in self._entries.items()]
        return entry_collection(f"{_PATH}/Entries", "Log Entries", members)

    def entry(self, id_: str) -> Resource | None:
        """One entry."""
        event = self._entries.get(id_)
        if event is None:
            return None

        def resolve(value: Value) -> None:
            (self._resolved.add if value else self._resolved.discard)(id_)

        writes = {"Resolved": Write(fits=lambda value: isinstance(value, bool), apply=resolve)}
        return Resource(self._body(id_, event), writes=writes, remove=lambda: self._remove(id_))

    def attachment(self, id_: str) -> bytes | None:
        """What was collected by a task, as JSON lines."""
        return self._collected.get(id_)

    def _body(self, id_: str, event: Event) -> Body:
        body: Body = {
            **head(f"{_PATH}/Entries/{id_}", "LogEntry.v1_19_0.LogEntry", id_, f"Log Entry {id_}"),
            "EntryType": "Event",
            "Created": event.at.isoformat(),
            "EventId": str(event.number),
            "MessageId": event.message_id,
            "Message": event.text,
            "MessageArgs": event.record()["MessageArgs"],
            "Severity": event.severity,
            "Resolved": id_ in self._resolved,
        }
        if event.origin:
            body["Links"] = {"OriginOfCondition": {"@odata.id": event.origin}}
        return body

    def _write(self, event: Event) -> None:
        self._entries[str(event.number)] = event
        while len(self._entries) > KEPT:
            self._remove(next(iter(self._entries)))

    def _remove(self, id_: str) -> None:
        self._entries.pop(id_, None)
        self._resolved.discard(id_)

    def _clear(self, _asked: Body) -> Outcome:
        self._entries.clear()
        self._resolved.clear()
        return Outcome()

    def _collect(self, _asked: Body) -> Outcome:
        """Collect the log into an attachment, which takes a while."""
        return self._tasks.begin("Collect diagnostic data", _COLLECT_S, self._gathered)

    def _gathered(self) -> Outcome:
        lines = [json.dumps(self._body(id_, event)) for id_, event in self._entries.items()]
        id_ = str(len(self._collected) + 1)
        self._collected[id_] = "\n".join(lines).encode()
        return Outcome(headers={"Location": f"{_PATH}/Attachments/{id_}"})


def _started(at: datetime) -> Event:
    """The first entry, of before anybody could listen."""
    manager = uri("Managers", "controller")
    text = f"The resource '{manager}' has powered on."
    return Event(number=0, at=at, key="ResourcePoweredOn", origin=manager, text=text, severity="OK")


def entry_collection(path: str, name: str, members: list[Body]) -> Resource:
    """The entries of a log, the oldest first: whole, as their schema has it (OData.AutoExpand), and not as links."""
    listed = collection(path, "LogEntry", name, [str(member["@odata.id"]) for member in members])
    return Resource({**listed.body, "Description": f"{name}, the oldest first", "Members": [*members]})


def _described(one: Resource, text: str) -> Resource:
    return Resource({**one.body, "Description": text})
