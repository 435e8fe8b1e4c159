"""The event log of a node's own controller: its boots, and what was wrong with the parts of its tray.

It is made of the world when it is read: nothing is kept for it, and it cannot tell another story than `Status` does.
"""

from backends.simulator.alarm import Entry
from backends.simulator.boot import RUNNING, stages
from backends.simulator.node import Boot, SimNode
from backends.simulator.redfish.logs import entry_collection
from backends.simulator.redfish.resource import Body, Resource, collection, head, ref, uri
from backends.simulator.strikes import tray_name
from backends.simulator.world import World

KEPT = 200
_TYPE = "LogEntry.v1_19_0.LogEntry"
_POWERED_ON = "ResourceEvent.1.4.ResourcePoweredOn"


def log_services(world: World, name: str) -> Resource | None:
    """The logs of a node: one."""
    if name not in world.nodes:
        return None
    path = uri("Systems", name, "LogServices")
    logs = collection(path, "LogService", f"Logs of {name}", [f"{path}/EventLog"])
    return Resource({**logs.body, "Description": f"What the controller of {name} has logged"})


def log_service(world: World, name: str, id_: str) -> Resource | None:
    """The event log."""
    if name not in world.nodes or id_ != "EventLog":
        return None
    now = world.wall(world.now_s).isoformat()
    return Resource(
        {
            **head(_path(name), "LogService.v1_8_0.LogService", id_, f"Event log of {name}"),
            "Description": "Boots of the node, and what was wrong in its tray",
            "DateTime": now,
            "DateTimeLocalOffset": "+00:00",
            "LogEntryType": "Event",
            "MaxNumberOfRecords": KEPT,
            "OverWritePolicy": "WrapsWhenFull",
            "ServiceEnabled": True,
            "Status": {"State": "Enabled", "Health": "OK"},
            "Entries": ref("Systems", name, "LogServices", "EventLog", "Entries"),
        }
    )


def entries(world: World, name: str, id_: str) -> Resource | None:
    """The entries, the oldest first."""
    node = world.nodes.get(name)
    if node is None or id_ != "EventLog":
        return None
    logged = [_boot_entry(world, node, one) for one in _boots(node)]
    logged += [_alarm_entry(world, node, one) for one in _history(world, node)]
    kept = sorted(logged, key=lambda each: str(each["Created"]))[-KEPT:]
    return entry_collection(f"{_path(name)}/Entries", f"Log entries of {name}", kept)


def entry(world: World, name: str, log: str, id_: str) -> Resource | None:
    """One entry."""
    node = world.nodes.get(name)
    if node is None or log != "EventLog":
        return None
    booted = next((one for one in _boots(node) if _boot_id(one) == id_), None)
    if booted is not None:
        return Resource(_boot_entry(world, node, booted))
    found = next((one for one in _history(world, node) if str(one.number) == id_), None)
    return Resource(_alarm_entry(world, node, found)) if found else None


def boot_log(world: World, name: str, id_: str) -> bytes | None:
    """The stages of one boot with their times, as far as it has come, or came before the next one: text."""
    node = world.nodes.get(name)
    boots = _boots(node) if node else []
    place = next((place for place, one in enumerate(boots) if _boot_id(one) == id_), None)
    if place is None:
        return None
    one, after = boots[place], boots[place + 1 :]
    ends_s = one.up_s if one.up_s is not None else after[0].began_s if after else world.now_s
    lines = stages(one.began_s, ends_s, menu=one.menu)
    if one.up_s is not None:
        lines.append((one.up_s, RUNNING))
    return "".join(f"{world.wall(at_s).isoformat()} {stage}\n" for at_s, stage in lines).encode()


def _boot_entry(world: World, node: SimNode, boot: Boot) -> Body:
    id_ = _boot_id(boot)
    path, system = f"{_path(node.name)}/Entries/{id_}", uri("Systems", node.name)
    return {
        **_head(world, path, boot.began_s),
        "MessageId": _POWERED_ON,
        "MessageArgs": [system],
        "Message": f"The resource '{system}' has powered on.",
        "Severity": "OK",
        "Resolution": "None.",
        "DiagnosticDataType": "PreOS",
        "AdditionalDataURI": f"{path}/attachment",
        "AdditionalDataSizeBytes": len(boot_log(world, node.name, id_) or b""),
        "Links": {"OriginOfCondition": {"@odata.id": system}},
    }


def _alarm_entry(world: World, node: SimNode, one: Entry) -> Body:
    settled = one.severity == "OK"
    return {
        **_head(world, f"{_path(node.name)}/Entries/{one.number}", one.at_s),
        "MessageId": one.message_id,
        "MessageArgs": [*one.args],
        "Message": one.message,
        "Severity": one.severity,
        "Resolution": "None." if settled else f"Look at the conditions of {uri(one.origin)}; replace it if they stay.",
        "Links": {"OriginOfCondition": ref(one.origin)},
    }


def _head(world: World, path: str, at_s: float) -> Body:
    id_ = path.rpartition("/")[2]
    return {**head(path, _TYPE, id_, f"Log entry {id_}"), "EntryType": "Event", "Created": world.wall(at_s).isoformat()}


def _history(world: World, node: SimNode) -> list[Entry]:
    """What was wrong with a node or in its tray, and when it was right again."""
    own = (f"Systems/{node.name}", f"Chassis/{tray_name(node)}")
    return [
        one for one in world.alarms.history if one.origin in own or one.origin.startswith((f"{own[0]}/", f"{own[1]}/"))
    ]


def _boots(node: SimNode) -> list[Boot]:
    return [*list(node.boots)[:-1], node.last_boot]


def _boot_id(boot: Boot) -> str:
    return f"boot{boot.number}"


def _path(name: str) -> str:
    return uri("Systems", name, "LogServices", "EventLog")
