"""How a node starts: from where, how far it has come, and what it came up with."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from backends.model.node import Power
from backends.model.severity import Severity


class BootSource(StrEnum):
    """DSP0268 `ComputerSystem.BootSource`: what a node starts from instead of its own order. NONE is its own order."""

    NONE = "None"
    PXE = "Pxe"
    UEFI_HTTP = "UefiHttp"
    CD = "Cd"
    USB = "Usb"
    HDD = "Hdd"
    BIOS_SETUP = "BiosSetup"
    UEFI_SHELL = "UefiShell"
    UEFI_TARGET = "UefiTarget"
    UEFI_BOOT_NEXT = "UefiBootNext"
    REMOTE_DRIVE = "RemoteDrive"
    RECOVERY = "Recovery"
    UNKNOWN = "Unknown"


class Lasting(StrEnum):
    """DSP0268 `BootSourceOverrideEnabled`: for how many starts an override holds."""

    DISABLED = "Disabled"
    ONCE = "Once"
    CONTINUOUS = "Continuous"
    UNKNOWN = "Unknown"


class BootOverride(Struct, frozen=True, kw_only=True):
    """What a node will start from next. `http_uri` is where UefiHttp fetches from, `mode` UEFI or Legacy.

    Two of them are alike when they make the node do the same; see `does`.
    """

    source: BootSource = BootSource.NONE
    lasting: Lasting = Lasting.DISABLED
    mode: str = "UEFI"
    http_uri: str = ""

    @property
    def set(self) -> bool:
        """Whether anything is overridden: some services say Disabled, others None, some both."""
        return self.lasting is not Lasting.DISABLED and self.source is not BootSource.NONE

    def does(self, wanted: "BootOverride") -> bool:
        """Whether the next start goes where `wanted` would send it. How long it lasts is not compared.

        sushy-tools keeps saying Continuous after Once was asked: the next start is right all the same, and the one
        after it is for whoever reads `lasting`.
        """
        if not wanted.set:
            return not self.set
        same_place = wanted.source is not BootSource.UEFI_HTTP or self.http_uri == wanted.http_uri
        return self.set and self.source is wanted.source and same_place


NO_OVERRIDE = BootOverride()


class BootStage(StrEnum):
    """DSP0268 `ComputerSystem.BootProgressTypes`, and Unknown where the service does not say."""

    NONE = "None"
    PRIMARY_PROCESSOR = "PrimaryProcessorInitializationStarted"
    BUS = "BusInitializationStarted"
    MEMORY = "MemoryInitializationStarted"
    SECONDARY_PROCESSOR = "SecondaryProcessorInitializationStarted"
    PCI = "PCIResourceConfigStarted"
    HARDWARE_COMPLETE = "SystemHardwareInitializationComplete"
    SETUP_ENTERED = "SetupEntered"
    OS_BOOT_STARTED = "OSBootStarted"
    OS_RUNNING = "OSRunning"
    OEM = "OEM"
    UNKNOWN = "Unknown"


class BootState(Struct, frozen=True, kw_only=True):
    """One look at one node while it starts. What was not said is None, empty or UNKNOWN.

    `stage_at` is when the controller says the stage was entered, `reset_at` when the node was last reset, by the
    controller's clock: compare them with each other, never with ours. `post` is the firmware's own word where it has
    one (HPE's PostState). `gpus` and `links_up` of `links` are counted only when asked for; a count that could not be
    finished is None, never too small. `gpu_firmware` are the versions they run; `bmc_version` is read
    only when asked for. `unread` names what did not answer.
    """

    power: Power = Power.UNKNOWN
    stage: BootStage = BootStage.UNKNOWN
    stage_at: datetime | None = None
    reset_at: datetime | None = None
    health: Severity = Severity.UNKNOWN
    state: str = ""
    post: str = ""
    bios_version: str = ""
    bmc_version: str = ""
    override: BootOverride | None = None
    sources: tuple[BootSource, ...] = ()
    gpus: int | None = None
    links: int | None = None
    links_up: int | None = None
    gpu_firmware: tuple[str, ...] = ()
    indicator: bool | None = None
    unread: tuple[str, ...] = ()

    @property
    def evidence(self) -> str:
        """The look as one line for a person: `On, OSBootStarted since 12:01:40Z, 4 GPUs, 72/72 links`."""
        parts = [self.power.value]
        if self.stage is not BootStage.UNKNOWN:
            since = f" since {self.stage_at:%H:%M:%SZ}" if self.stage_at else ""
            parts.append(f"{self.stage.value}{since}")
        if self.post:
            parts.append(self.post)
        if self.gpus is not None:
            parts.append(f"{self.gpus} GPUs")
        if self.links is not None:
            parts.append(f"{'?' if self.links_up is None else self.links_up}/{self.links} links")
        return ", ".join(parts)


class MediaSlot(Struct, frozen=True, kw_only=True):
    """A virtual drive of a node. `inserted` is None where the service does not say; `image` is what it holds.

    `said` is what the task said that a write to it became: its state, then its messages.
    """

    path: str
    name: str = ""
    types: tuple[str, ...] = ()
    inserted: bool | None = None
    image: str = ""
    insertable: bool = False
    said: tuple[str, ...] = ()
