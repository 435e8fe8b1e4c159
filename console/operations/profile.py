"""How nodes are provisioned: what they start from, what they must come up with, and how long each stage may take.

`[profiles.NAME]` of the config. A plan carries it in the words of its steps: what is begun means the same when the
config has changed.
"""

from typing import Literal, get_args
from urllib.parse import urlsplit

from msgspec import Struct

from backends.model.boot import BootOverride, BootSource, Lasting

DAY_S = 86_400.0
Boot = Literal["pxe", "http", "media", "disk"]
BOOTS: tuple[Boot, ...] = get_args(Boot)
_SOURCE = {"pxe": BootSource.PXE, "http": BootSource.UEFI_HTTP, "media": BootSource.CD}
_SCHEMES = {"http": ("http", "https"), "media": ("http", "https", "nfs", "cifs")}


class Firmware(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The versions a node must have; what is empty is not looked at. `gpu` is that of each of its GPUs."""

    bios: str = ""
    bmc: str = ""
    gpu: str = ""


class Deadlines(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long each stage may take on a node, in seconds. `drained_s` of None waits until running work is done.

    A GB300-class tray trains its memory and links for many minutes: `booted_s` is generous on purpose.
    """

    drained_s: float | None = None
    firmware_s: float = 60.0
    media_s: float = 300.0
    boot_override_s: float = 120.0
    power_s: float = 180.0
    booted_s: float = 1800.0
    os_s: float = 900.0
    parts_s: float = 300.0
    joined_s: float = 300.0
    released_s: float = 60.0


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to provision.

    `boot`: from the network (`pxe`), from an address that the firmware fetches (`http`), from an `image` in the virtual
    drive (`media`), or from what is there already (`disk`). `mode` is the firmware's, UEFI or Legacy. `gpus`, `links`
    (NVLinks up), `firmware`: what it must come up with. `ssh`: its OS must answer. `gate` is one of `[gates]`.
    `partition`: where the scheduler must have it. `release`: give it back at the end; else it stays drained.
    """

    boot: Boot
    image: str = ""
    mode: str = "UEFI"
    gpus: int | None = None
    links: int | None = None
    firmware: Firmware = Firmware()
    ssh: bool = True
    gate: str = ""
    partition: str = ""
    release: bool = True
    deadlines: Deadlines = Deadlines()

    @property
    def override(self) -> BootOverride | None:
        """What the next start is from; None where its own order is right."""
        if self.boot == "disk":
            return None
        uri = self.image if self.boot == "http" else ""
        return BootOverride(source=_SOURCE[self.boot], lasting=Lasting.ONCE, mode=self.mode, http_uri=uri)

    def problem(self) -> str:
        """What is wrong with it, as `key: why`; empty when nothing is."""
        for key in ("gpus", "links"):
            number = getattr(self, key)
            if number is not None and number < 0:
                return f"{key}: {number} must be 0 or more"
        for key in self.deadlines.__struct_fields__:
            limit = getattr(self.deadlines, key)
            if limit is not None and not 0 < limit <= DAY_S:
                return f"deadlines.{key}: {limit:g} must be above 0 and at most {DAY_S:g} seconds"
        if self.mode not in ("UEFI", "Legacy"):
            return f"mode: {self.mode!r} must be 'UEFI' or 'Legacy'"
        return self._image_problem()

    def _image_problem(self) -> str:
        schemes = _SCHEMES.get(self.boot)
        if schemes is None:
            return f"image: boot = {self.boot!r} starts from none; 'http' and 'media' do" if self.image else ""
        example = f"{schemes[-1]}://images.example/pod-os.{'efi' if self.boot == 'http' else 'iso'}"
        if not self.image:
            return f"image: boot = {self.boot!r} needs its address, as in {example}"
        try:
            parts = urlsplit(self.image)
        except ValueError:
            return f"image: {self.image!r} is no address; one is {example}"
        if parts.scheme not in schemes or not parts.netloc:
            return (
                f"image: {self.image!r} must begin with {' or '.join(f'{one}://' for one in schemes)}, and name a host"
            )
        if "@" in parts.netloc:
            return "image: must not carry a user or a password: it is shown, and written into the journal"
        return ""
