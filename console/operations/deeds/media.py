"""The image in a node's virtual drive: put there before it starts from it, taken out after."""

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from backends.errors import BackendError, NotSupported
from backends.model.boot import MediaSlot
from console.operations.deeds.claim import claimed
from console.operations.deeds.deed import Deed, Effect, Look, Seen, Sight
from console.operations.deeds.power import provisioner_of
from console.operations.deeds.side_by_side import side_by_side
from console.operations.step import Step
from console.operations.world import World

_DISCS = frozenset({"CD", "DVD"})
Slots = tuple[MediaSlot, ...] | BackendError


class Insert(Deed):
    """`args["image"]` is its address. A drive that holds another image is somebody's, and stays as it is."""

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """So is: a drive holds it."""
        image = look.step.args["image"]
        found = await _slots(world, look.nodes)
        return claimed(world, look, {name: self._sight(slots, image) for name, slots in found.items()})

    def _sight(self, slots: Slots, image: str) -> Sight:
        if isinstance(slots, BackendError):
            return Sight(Seen.UNKNOWN, str(slots))
        if (ours := _holding(slots, image)) is not None:
            return Sight(Seen.SO, f"{ours.name or ours.path} holds {image}")
        slot = _drive(slots)
        if slot is None:
            return Sight(Seen.BAD, "it has no virtual drive that takes a CD image")
        if slot.inserted or slot.image:
            return Sight(
                Seen.BLOCKED, f"{slot.name or slot.path} holds {slot.image or 'another image'}; eject it first"
            )
        return Sight(Seen.NEEDED, f"{slot.name or slot.path} is empty")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:
        """One insertion each, waited for by the adapter."""

        async def insert(name: str) -> tuple[str, ...]:
            provisioner, system = provisioner_of(world, name)
            slot = _drive(await provisioner.media(system))
            if slot is None:
                raise NotSupported(f"{name}: no virtual drive takes a CD image")
            return (await provisioner.insert(slot.path, step.args["image"])).said

        return await side_by_side(nodes, insert)


class Eject(Deed):
    """Takes `args["image"]` out again. Any other image is left where it is."""

    async def look(self, world: World, look: Look) -> Mapping[str, Sight]:
        """So is: no drive holds it."""
        image = look.step.args["image"]
        return {name: self._sight(slots, image) for name, slots in (await _slots(world, look.nodes)).items()}

    def _sight(self, slots: Slots, image: str) -> Sight:
        if isinstance(slots, BackendError):
            return Sight(Seen.UNKNOWN, str(slots))
        ours = _holding(slots, image)
        if ours is None:
            others = [slot.image for slot in slots if slot.image]
            return Sight(Seen.SO, f"its image is out; {others[0]} is another's" if others else "its drive is empty")
        return Sight(Seen.NEEDED, f"{ours.name or ours.path} still holds {image}")

    async def apply(self, world: World, step: Step, nodes: Sequence[str]) -> Effect:
        """One ejection each, waited for by the adapter."""

        async def eject(name: str) -> tuple[str, ...]:
            provisioner, system = provisioner_of(world, name)
            ours = _holding(await provisioner.media(system), step.args["image"])
            return (await provisioner.eject(ours.path)).said if ours is not None else ()

        return await side_by_side(nodes, eject)


async def _slots(world: World, nodes: Sequence[str]) -> Mapping[str, Slots]:
    async def one(name: str) -> Slots:
        try:
            provisioner, system = provisioner_of(world, name)
            return await provisioner.media(system)
        except BackendError as error:
            return error

    return dict(zip(nodes, await asyncio.gather(*(one(name) for name in nodes)), strict=True))


def _drive(slots: Sequence[MediaSlot]) -> MediaSlot | None:
    """The drive for an image: an empty one of discs, else one that is taken."""
    discs = [slot for slot in slots if slot.insertable and (not slot.types or _DISCS & set(slot.types))]
    return next((slot for slot in discs if not (slot.inserted or slot.image)), next(iter(discs), None))


def _holding(slots: Sequence[MediaSlot], image: str) -> MediaSlot | None:
    """The drive that holds an image. Some say no more of it than the name of its file."""
    names = {image, urlsplit(image).path.rpartition("/")[2]}
    return next((slot for slot in slots if slot.image in names and slot.inserted is not False), None)
