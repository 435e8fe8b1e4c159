"""A system's next start and how far the last one has come (DSP0268 ComputerSystem v1.28: Boot, BootProgress).

Everything but counting parts is in the system resource itself, so that watching a start costs one request a look.
iDRAC 10 keeps `Boot` read-only there and takes it in the resource that `@Redfish.Settings` names.
"""

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from backends.errors import NotSupported
from backends.model.boot import BootOverride, BootSource, BootStage, BootState, Lasting
from backends.redfish.facts import well_of
from backends.redfish.indicator import lit_of
from backends.redfish.resource import Resource
from backends.redfish.status import power
from backends.redfish.write import Change

W = TypeVar("W", bound=StrEnum)

_TARGET = "Boot/BootSourceOverrideTarget"
_ENABLED = "Boot/BootSourceOverrideEnabled"
_MODE = "Boot/BootSourceOverrideMode"
_URI = "Boot/HttpBootUri"
_SETTINGS = ("Boot/@Redfish.Settings/SettingsObject", "@Redfish.Settings/SettingsObject")
_POST = ("Oem/Hpe/PostState", "Oem/Hp/PostState", "Oem/Dell/DellSystem/POSTState", "Oem/Ami/PostState")


def state_of(system: Resource, settings: Resource | None = None) -> BootState:
    """One look, without its parts. What is pending in the settings resource is what the next start will do."""
    boot = settings if settings is not None and settings.look(_TARGET) is not None else system
    return BootState(
        power=power(system.text("PowerState")),
        stage=_word(BootStage, system.text("BootProgress/LastState")),
        stage_at=time_of(system.text("BootProgress/LastStateTime", 40)),
        reset_at=time_of(system.text("LastResetTime", 40)),
        health=well_of(system),
        state=system.text("Status/State", 40),
        post=next(filter(None, (system.text(pointer, 60) for pointer in _POST)), ""),
        bios_version=system.text("BiosVersion", 80),
        override=override_of(boot) if boot.look(_ENABLED) is not None or boot.look(_TARGET) is not None else None,
        sources=tuple(_word(BootSource, word) for word in allowed(system)),
        indicator=lit_of(system),
    )


def override_of(system: Resource) -> BootOverride:
    """What the next start is from, in the service's words."""
    return BootOverride(
        source=_word(BootSource, system.text(_TARGET) or "None"),
        lasting=_word(Lasting, system.text(_ENABLED)),
        mode=system.text(_MODE, 20),
        http_uri=system.text(_URI, 1024),
    )


def allowed(system: Resource) -> tuple[str, ...]:
    """The sources it takes; empty when it does not say."""
    return system.texts(f"{_TARGET}@Redfish.AllowableValues")


def settings_of(system: Resource) -> str:
    """Where its boot settings are written, if not in the resource itself; empty for there."""
    return next(filter(None, (system.link(pointer) for pointer in _SETTINGS)), "")


def boots_by_settings(settings: Resource) -> bool:
    """Whether a settings resource has boot settings at all: HPE's and others' have something else."""
    return isinstance(settings.look("Boot"), dict)


def boot_change(system: Resource, wanted: BootOverride, where: str) -> Change:
    """The PATCH that makes the next start what is wanted. Raises NotSupported, naming what is offered.

    Always all three together: Supermicro puts the mode back to its default when it is not sent (Redfishtool #106).
    """
    if not isinstance(system.look("Boot"), dict):
        raise NotSupported(f"{system.path}: its boot cannot be overridden", where=where)
    offered = allowed(system)
    if wanted.set and offered and wanted.source not in offered:
        raise NotSupported(
            f"{system.path}: it cannot start from {wanted.source}",
            where=where,
            remedy=f"it offers {', '.join(offered)}",
        )
    boot: dict[str, object] = {
        "BootSourceOverrideEnabled": wanted.lasting if wanted.set else Lasting.DISABLED,
        "BootSourceOverrideTarget": wanted.source if wanted.set else BootSource.NONE,
    }
    mode = wanted.mode if wanted.set else system.text(_MODE, 20)
    if mode:
        boot["BootSourceOverrideMode"] = mode
    if wanted.set and wanted.http_uri:
        boot["HttpBootUri"] = wanted.http_uri
    return Change({"Boot": boot}, override_of, lambda now: _wrong(override_of(now), wanted))


def time_of(text: str) -> datetime | None:
    """A controller's time; None for what is no time, `0000-00-00T00:00:00Z` among it, or has no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _wrong(now: BootOverride, wanted: BootOverride) -> str:
    """What is not as wanted, in one line."""
    if not now.does(wanted):
        said = f"{now.source} ({now.lasting})" if now.set else "its own order"
        if now.source is wanted.source:
            said += f" with HttpBootUri {now.http_uri or 'empty'}"
        return f"the next start is still from {said}"
    if wanted.set and now.mode and wanted.mode and now.mode != wanted.mode:
        return f"the mode is still {now.mode}"
    return ""


def _word(kind: type[W], word: str) -> W:
    try:
        return kind(word)
    except ValueError:
        return kind("Unknown")
