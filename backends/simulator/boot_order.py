"""What a node starts from, and which OS that makes it run: its boot override, its virtual drive, its disk."""

from urllib.parse import urlsplit

TARGETS = ("None", "Pxe", "Cd", "Hdd", "BiosSetup", "UefiHttp", "UefiShell")
LASTING = ("Disabled", "Once", "Continuous")
DISK_IMAGE = "Ubuntu"
PXE_IMAGE = "pod-os-2026.10"
_NO_OS = frozenset({"BiosSetup", "UefiShell"})
_SCHEMES = frozenset({"http", "https"})


class BootOrder:
    """The firmware's choice at each boot. Images are named, never fetched.

    An override (`target`, `lasting`, `http_uri`) goes before the disk; one for Once is used up when the boot begins,
    not when it is asked for. A source that has nothing to start (no image in the drive, no address) is passed over, as
    firmware does. What comes over the network or from the drive installs itself on the disk. `loading` is the image
    the boot under way will come to, empty for one that ends in the firmware's own menus; `running` is the OS that
    came up last.
    """

    __slots__ = ("disk", "drive", "http_uri", "lasting", "loading", "protected", "running", "target")

    def __init__(self) -> None:
        self.target = "None"
        self.lasting = "Disabled"
        self.http_uri = ""
        self.drive = ""
        self.protected = True
        self.disk = DISK_IMAGE
        self.loading = DISK_IMAGE
        self.running = DISK_IMAGE

    @property
    def menu(self) -> bool:
        """Whether the boot under way ends in the firmware's own menus, where it waits for a person."""
        return not self.loading

    @property
    def installs(self) -> bool:
        """Whether the boot under way brings another image than the disk has."""
        return self.loading not in ("", self.disk)

    def begin(self) -> None:
        """A boot begins: choose, and use up an override for one."""
        chosen = "None" if self.lasting == "Disabled" else self.target
        if self.lasting == "Once":
            self.target, self.lasting = "None", "Disabled"
        self.loading = "" if chosen in _NO_OS else self._image(chosen) or self.disk

    def up(self) -> None:
        """The OS has come up."""
        self.running = self.disk = self.loading

    def _image(self, source: str) -> str:
        """The name of what a source has to start, empty for nothing."""
        if source == "Pxe":
            return PXE_IMAGE
        return image_name({"Cd": self.drive, "UefiHttp": self.http_uri}.get(source, ""))


def image_name(address: str) -> str:
    """`pod-os-2026.11` of `http://h/images/pod-os-2026.11.iso`."""
    name = address.rstrip("/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return stem if dot and ending.isalpha() and stem else name


def is_boot_uri(value: object) -> bool:
    """Whether it can be a HttpBootUri: empty, or an address of the web."""
    if not isinstance(value, str) or len(value) > 1024 or not (value.isprintable() or not value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return not value or (parts.scheme in _SCHEMES and bool(parts.netloc) and "@" not in parts.netloc)
