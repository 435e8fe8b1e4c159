"""What real services do against, or beside, the standard, and what we make of it: one row each, with its source.

Each row that is a matter of values is a function here; the rows that are a matter of behaviour name the module that
bears with it. Each row has a test that shows it over HTTP.
"""

from msgspec import Struct

from backends.redfish.resource import Resource


class Quirk(Struct, frozen=True):
    """One deviation: who shows it, and where we bear with it."""

    what: str
    seen_on: str
    borne_in: str


QUIRKS = (
    Quirk("sessions run out (8 and fewer)", "iDRAC, config of many BMCs", "session"),
    Quirk("HTML or no JSON with a 503 or a 200", "several, while they start", "messages"),
    Quirk("not ready yet is said with a 400 (SWC0700)", "iDRAC after a restart", "quirks.not_ready"),
    Quirk("too many readers at once end in 504", "iDRAC, AMI", "backends.transport.http"),
    Quirk("$expand loses required properties", "AMI on DGX H100, Lenovo GB300, Dell XE9780", "expand"),
    Quirk("$expand comes with an error in the body", "iDRAC without the licence", "expand"),
    Quirk("FirmwareInventory takes minutes", "DGX H100", "reading"),
    Quirk("HGX_Baseboard_0 answers 503 while its host is off", "AMI on HGX", "reading"),
    Quirk("members are null", "GB300", "schema"),
    Quirk("UUID is empty", "GB300", "names"),
    Quirk("the UEFI's version is in BiosVersion alone", "GB300", "reading"),
    Quirk("times are 0000-00-00", "GB300", "reports"),
    Quirk("no Systems in the root", "Liteon power shelf", "adapter"),
    Quirk("links lead to 404", "GB300: 239 of them", "round"),
    Quirk("throttle reasons only in Oem.Nvidia, `NA` for none", "NVIDIA HGX", "quirks.throttle_reasons"),
    Quirk("utilisation only in Oem.Nvidia", "NVIDIA HGX", "quirks.utilisation_pct"),
    Quirk("a report marks its own values as stale", "NVIDIA HGX", "quirks.stale_by_its_maker"),
    Quirk("SpeedRPM in place of a fan's percentage", "Supermicro GB300, Delta shelf", "views"),
    Quirk("a fan's PWM duty is listed beside its speeds, as SpeedRPM", "Supermicro GB300", "quirks.is_duty"),
    Quirk("/redfish/v1 without its slash answers 308", "HPE emulator", "paths"),
    Quirk("good tokens answer 401 while it restarts", "iDRAC, for ten minutes", "session"),
    Quirk("a PATCH wants If-Match (428), and takes one form of the ETag only (412)", "Lenovo, HPE, Dell", "write"),
    Quirk("the boot mode is reset by a PATCH that does not name it", "Supermicro", "boot"),
    Quirk("Boot is written in @Redfish.Settings", "iDRAC10", "boot"),
    Quirk("virtual media are the manager's, inserted by action or PATCH, later", "HPE, Lenovo, Dell", "media"),
    Quirk("one leak is told by its tray, another by the building", "GB300 racks", "facts"),
    Quirk("an event stream falls silent and stays open", "iDRAC; BMCs that were reset", "events"),
    Quirk("an event stream is advertised and refused", "OpenBMC past its ten streams, iDRAC after a reboot", "events"),
    Quirk("events have no MemberId, EventType or @odata.id, and times with -0600", "NVIDIA, Dell, all", "hints"),
)

_NOT_READY = frozenset({"SWC0700", "SYS518", "RAC0218"})
_NO_REASON = frozenset({"", "na", "n/a", "none", "notthrottled", "idle"})


def throttle_reasons(gpu: Resource | None, metrics: Resource | None) -> tuple[str, ...]:
    """`ThrottleCauses` while `Throttled`, or NVIDIA's own list where the standard one is missing."""
    if gpu is not None and gpu.look("Throttled") is not False:
        causes = _reasons(gpu.texts("ThrottleCauses"))
        if causes or gpu.look("Throttled") is True:
            return causes or ("Unknown",)
    if metrics is None or (gpu is not None and gpu.look("Throttled") is False):
        return ()
    return _reasons(metrics.texts("Oem/Nvidia/ThrottleReasons"))


def utilisation_pct(metrics: Resource) -> float | None:
    """How busy the cores are: NVIDIA's figure first, as its `BandwidthPercent` speaks of something else."""
    found = metrics.number("Oem/Nvidia/SMUtilizationPercent")
    return metrics.number("BandwidthPercent") if found is None else found


def stale_by_its_maker(value: Resource) -> bool:
    """Whether a metric value says itself that it is old."""
    return value.look("Oem/Nvidia/MetricValueStale") is True


def not_ready(message_ids: tuple[str, ...]) -> bool:
    """Whether a refusal, by its messages' ids, is one that passes: whatever its status says."""
    return any(one.rpartition(".")[2] in _NOT_READY for one in message_ids)


def is_duty(sensor: str) -> bool:
    """Whether a fan's sensor, by its Id, tells what the fan is driven with and not how fast it turns."""
    return sensor.lower().endswith("_pwm")


def _reasons(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word.strip().lower() not in _NO_REASON)
