"""The stages of one node's provisioning, in order: what is done to it, and what it must show before it goes on."""

from collections.abc import Sequence

from msgspec.structs import replace

from backends.model.node import Node
from console.operations.profile import Profile
from console.operations.step import Do, Step

_CLAIM = {"claimed": "this operation's"}
"""The word of `deeds.claim`."""


class Stages:
    """The steps of one node. `name` is the profile's, `claim` the step that closes it, "" where no scheduler does."""

    def __init__(self, node: Node, name: str, profile: Profile, claim: str) -> None:
        self._node = node
        self._name = name
        self._profile = profile
        self._claim = claim

    def steps(self, checks: Sequence[Step]) -> tuple[Step, ...]:
        """In order. What only looks comes in where the profile asks for it."""
        profile, limits = self._profile, self._profile.deadlines
        steps: list[Step] = []
        if self._claim:
            steps.append(self._step(Do.EMPTY, limits.drained_s))
        before = {"bios": profile.firmware.bios, "bmc": profile.firmware.bmc}
        if versions := {part: version for part, version in before.items() if version}:
            steps.append(self._step(Do.FIRMWARE, limits.firmware_s, versions))
        steps += self._start()
        if profile.ssh:
            steps.append(self._step(Do.REACHED, limits.os_s))
        steps += self._tidied()
        if wanted := self._parts():
            steps.append(self._step(Do.PARTS, limits.parts_s, wanted))
        steps += checks
        if self._claim:
            facts = self._node.scheduler
            booted = facts.boot_at.isoformat() if facts and facts.boot_at else ""
            steps.append(self._step(Do.JOINED, limits.joined_s, {"booted": booted, "partition": profile.partition}))
            if profile.release:
                steps.append(self._step(Do.RESUME, limits.released_s))
        return tuple(steps)

    def _start(self) -> list[Step]:
        """The image, the override, the power, the boot. A boot that failed is retried from the top of these."""
        profile, limits, claim = self._profile, self._profile.deadlines, _CLAIM if self._claim else {}
        steps: list[Step] = []
        if profile.boot == "media":
            image = {"image": profile.image, **claim}
            steps.append(self._step(Do.MEDIA, limits.media_s, image, undo=Do.EJECT))
        if profile.override is not None:
            wanted = {**self._override(), **claim}
            steps.append(self._step(Do.BOOT_FROM, limits.boot_override_s, wanted, undo=Do.BOOT_NORMALLY))
        off = {"spare": "busy", **claim} if self._claim else {}
        steps.append(self._step(Do.POWER_OFF, limits.power_s, off))
        steps.append(self._step(Do.POWER_ON, limits.power_s))
        steps.append(self._step(Do.BOOTED, limits.booted_s, {"profile": self._name}))
        first = steps[0].id
        return [replace(step, again=first, commits=self._claim if step.do is Do.POWER_OFF else "") for step in steps]

    def _tidied(self) -> list[Step]:
        """Taken back as soon as the OS is there, so that a reset by hand starts from the disk."""
        profile, limits = self._profile, self._profile.deadlines
        steps: list[Step] = []
        if profile.override is not None:
            back = self._step(Do.BOOT_NORMALLY, limits.boot_override_s, self._override())
            steps.append(replace(back, takes_back=self._id(Do.BOOT_FROM)))
        if profile.boot == "media":
            eject = self._step(Do.EJECT, limits.media_s, {"image": profile.image})
            steps.append(replace(eject, takes_back=self._id(Do.MEDIA)))
        return steps

    def _override(self) -> dict[str, str]:
        """The words of `deeds.start.override_of`."""
        wanted = self._profile.override
        if wanted is None:
            raise AssertionError(self._profile.boot)
        return {"source": wanted.source.value, "mode": wanted.mode, "uri": wanted.http_uri}

    def _parts(self) -> dict[str, str]:
        profile = self._profile
        wanted = {"gpus": profile.gpus, "links": profile.links, "gpu_firmware": profile.firmware.gpu or None}
        return {key: str(value) for key, value in wanted.items() if value is not None}

    def _step(
        self, do: Do, patience_s: float | None, args: dict[str, str] | None = None, undo: Do | None = None
    ) -> Step:
        nodes = (self._node.name,)
        return Step(id=self._id(do), do=do, nodes=nodes, args=args or {}, patience_s=patience_s, undo=undo)

    def _id(self, do: Do) -> str:
        return f"{do.value}/{self._node.name}"
