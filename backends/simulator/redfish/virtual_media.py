"""Virtual media: the drive of each node that an image can be put into, for it to start from when told to (`Cd`)."""

from urllib.parse import urlsplit

from backends.simulator.boot_order import BootOrder
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Parameter,
    Resource,
    collection,
    head,
    uri,
)
from backends.simulator.world import World

_DRIVE = "CD1"
_SCHEMES = {"http": "HTTP", "https": "HTTPS", "nfs": "NFS"}


def drives(world: World, node: str) -> Resource | None:
    """The drives of a node: one."""
    path = uri("Systems", node, "VirtualMedia")
    return collection(path, "VirtualMedia", "Virtual Media", [f"{path}/{_DRIVE}"]) if node in world.nodes else None


def drive(world: World, node: str, id_: str) -> Resource | None:
    """One drive."""
    if node not in world.nodes or id_ != _DRIVE:
        return None
    path = uri("Systems", node, "VirtualMedia", id_)
    order = world.nodes[node].order
    image, protected = order.drive, order.protected
    body: Body = {
        **head(path, "VirtualMedia.v1_6_5.VirtualMedia", id_, "Virtual CD"),
        "MediaTypes": ["CD", "DVD"],
        "Image": image or None,
        "ImageName": image.rpartition("/")[2] or None,
        "Inserted": bool(image),
        "ConnectedVia": "URI" if image else "NotConnected",
        "WriteProtected": protected,
        "TransferProtocolType": _SCHEMES[urlsplit(image).scheme] if image else None,
        "Status": {"State": "Enabled", "Health": "OK"},
        "Actions": {
            f"#VirtualMedia.{name}": {"target": f"{path}/Actions/VirtualMedia.{name}"}
            for name in ("InsertMedia", "EjectMedia")
        },
    }
    insert = {
        "Image": Parameter(required=True),
        "Inserted": Parameter(kind=bool),
        "WriteProtected": Parameter(kind=bool),
        "TransferMethod": Parameter(allowed=("Stream",)),
        "TransferProtocolType": Parameter(allowed=tuple(_SCHEMES.values())),
    }
    return Resource(
        body,
        actions={
            "VirtualMedia.InsertMedia": Action(run=lambda asked: _insert(order, asked), parameters=insert),
            "VirtualMedia.EjectMedia": Action(run=lambda _asked: _eject(order)),
        },
    )


def _insert(order: BootOrder, asked: Body) -> Outcome:
    if order.drive:
        raise Refused(409, "ResourceInUse")
    image = str(asked["Image"])
    parts = urlsplit(image)
    if parts.scheme not in _SCHEMES or not parts.netloc or "@" in parts.netloc:
        raise Refused(400, "ActionParameterValueFormatError", "Image")
    order.drive = image
    order.protected = bool(asked.get("WriteProtected", True))
    return Outcome()


def _eject(order: BootOrder) -> Outcome:
    if not order.drive:
        raise Refused(409, "ResourceInStandby")
    order.drive = ""
    return Outcome()
