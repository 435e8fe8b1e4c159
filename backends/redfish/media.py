"""Virtual drives: images a controller shows to its host as a CD or a stick (DSP0268 VirtualMedia v1.6).

They are found by links, below the system on newer services and below its managers on older ones. Inserting is an
action on newer services and a PATCH on older ones; whichever it is, it is over when the drive says so, not before.
"""

from urllib.parse import urlsplit

from msgspec.structs import replace

from backends.clean import clean
from backends.errors import Conflict, NotSupported, Rejected
from backends.model.boot import MediaSlot
from backends.redfish.concurrency import gather
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.schema import ServiceRoot
from backends.redfish.write import Change, Writer

_INSERT = "Actions/#VirtualMedia.InsertMedia/target"
_EJECT = "Actions/#VirtualMedia.EjectMedia/target"
_NEEDS_PROTOCOL = "TransferProtocolType"


def slot_of(drive: Resource) -> MediaSlot:
    """A drive as it is."""
    inserted = drive.look("Inserted")
    image = drive.text("Image", 1024)
    return MediaSlot(
        path=drive.path,
        name=drive.text("Name") or drive.text("Id"),
        types=drive.texts("MediaTypes"),
        inserted=inserted if isinstance(inserted, bool) else bool(image) or None,
        image=image,
        insertable=bool(drive.text(_INSERT, 1024)) or _by_patch(drive),
    )


async def slots(round_: Round, root: ServiceRoot, system: Resource) -> tuple[MediaSlot, ...]:
    """The drives of a system, its own before those of its managers; none where nothing has any."""
    found = await round_.resources(system.link("VirtualMedia"))
    if not found:
        above = await managers(round_, root, system)
        below = [one.link("VirtualMedia") or one.link("Links/VirtualMedia") for one in above]
        for drives in await gather(*(round_.resources(path) for path in below)):
            found |= drives
    return tuple(slot_of(drive) for drive in found.values())


async def managers(round_: Round, root: ServiceRoot, system: Resource) -> list[Resource]:
    """Who manages a system, by its links or theirs; where neither says, those of a service with one system only."""
    named = await gather(*(round_.resource(path) for path in system.links("Links/ManagedBy")))
    known = [one for one in named if one is not None]
    if known or root.managers is None:
        return known
    every = (await round_.resources(root.managers.path)).values()
    known = [one for one in every if system.path in one.links("Links/ManagerForServers")]
    alone = not known and len(await round_.paths(root.systems.path if root.systems else None)) == 1
    return list(every) if alone else known


async def insert(writer: Writer, path: str, image: str, where: str) -> MediaSlot:
    """Insert an image and wait until it is there."""
    drive = await writer.read(path)
    now = slot_of(drive)
    if now.inserted and _same(now.image, image):
        return now
    if now.inserted:
        raise Conflict(
            f"{path}: it holds {now.image or 'another image'}", where=where, remedy="eject that first, if it may go"
        )

    def wrong(after: Resource) -> str:
        slot = slot_of(after)
        if not slot.inserted:
            return "nothing is inserted"
        return "" if _taken(slot.image, image) else f"it holds {slot.image}"

    target = drive.text(_INSERT, 1024)
    if target:
        said = await _insert(writer, target, image)
        return replace(slot_of(await writer.until(path, wrong, f"POST {target}: accepted")), said=said)
    if not _by_patch(drive):
        raise NotSupported(f"{path}: it takes no images", where=where)
    return slot_of(await writer.change(path, Change({"Image": image, "Inserted": True}, slot_of, wrong)))


async def eject(writer: Writer, path: str, where: str) -> MediaSlot:
    """Empty a drive and wait until it is."""
    drive = await writer.read(path)
    now = slot_of(drive)
    if not now.inserted and not now.image:
        return now

    def wrong(after: Resource) -> str:
        return f"it still holds {slot_of(after).image or 'its image'}" if slot_of(after).inserted else ""

    target = drive.text(_EJECT, 1024)
    if target:
        said = await writer.act(target, {})
        return replace(slot_of(await writer.until(path, wrong, f"POST {target}: accepted")), said=said)
    if not _by_patch(drive):
        raise NotSupported(f"{path}: it cannot be emptied", where=where)
    return slot_of(await writer.change(path, Change({"Image": None, "Inserted": False}, slot_of, wrong)))


async def _insert(writer: Writer, target: str, image: str) -> tuple[str, ...]:
    """One insertion. Some refuse it without the protocol, which the image's address says already: told, they do it."""
    body: dict[str, object] = {"Image": image, "Inserted": True, "WriteProtected": True}
    try:
        return await writer.act(target, body)
    except Rejected as error:
        scheme = urlsplit(image).scheme.upper()
        if _NEEDS_PROTOCOL not in error.what or not scheme:
            raise
        return await writer.act(target, {**body, _NEEDS_PROTOCOL: scheme, "TransferMethod": "Stream"})


def _by_patch(drive: Resource) -> bool:
    """Whether it is of the older kind, which takes its image as a property."""
    return "Image" in drive.body and "Inserted" in drive.body and not drive.text(_INSERT, 1024)


def _same(said: str, asked: str) -> bool:
    """Whether a drive says the very image that was asked for; its credentials need not be shown."""
    return said == clean(asked, 1024) or (bool(said) and _public(said) == _public(asked))


def _taken(said: str, asked: str) -> bool:
    """The same just after it was inserted, where some say no more than the name of the file."""
    return not said or _same(said, asked) or said == asked.rsplit("/", 1)[-1]


def _public(image: str) -> str:
    """An image's address without user and password."""
    parts = urlsplit(clean(image, 1024))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
