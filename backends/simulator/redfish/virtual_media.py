"""Virtual media: the drive of each node that an image can be put into."""

from urllib.parse import urlsplit

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


class VirtualMedia:
    """What is in the drives, by node. Images are named, not fetched."""

    def __init__(self) -> None:
        self._images: dict[str, tuple[str, bool]] = {}

    def collection(self, world: World, node: str) -> Resource | None:
        """The drives of a node: one."""
        path = uri("Systems", node, "VirtualMedia")
        return collection(path, "VirtualMedia", "Virtual Media", [f"{path}/{_DRIVE}"]) if node in world.nodes else None

    def get(self, world: World, node: str, id_: str) -> Resource | None:
        """One drive."""
        if node not in world.nodes or id_ != _DRIVE:
            return None
        path = uri("Systems", node, "VirtualMedia", id_)
        image, protected = self._images.get(node, ("", True))
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
                "VirtualMedia.InsertMedia": Action(run=lambda asked: self._insert(node, asked), parameters=insert),
                "VirtualMedia.EjectMedia": Action(run=lambda _asked: self._eject(node)),
            },
        )

    def _insert(self, node: str, asked: Body) -> Outcome:
        if node in self._images:
            raise Refused(409, "ResourceInUse")
        image = str(asked["Image"])
        parts = urlsplit(image)
        if parts.scheme not in _SCHEMES or not parts.netloc or "@" in parts.netloc:
            raise Refused(400, "ActionParameterValueFormatError", "Image")
        self._images[node] = (image, bool(asked.get("WriteProtected", True)))
        return Outcome()

    def _eject(self, node: str) -> Outcome:
        if self._images.pop(node, None) is None:
            raise Refused(409, "ResourceInStandby")
        return Outcome()
