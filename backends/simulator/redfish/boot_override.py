"""`ComputerSystem.Boot`: what the next start is from, and the properties that PATCH changes of it."""

from backends.simulator.boot_order import LASTING, TARGETS, BootOrder, is_boot_uri
from backends.simulator.redfish.resource import Body, Value, Write

_OVERRIDE = "Boot/BootSourceOverride"


def boot(order: BootOrder) -> Body:
    """The property."""
    return {
        "BootSourceOverrideEnabled": order.lasting,
        "BootSourceOverrideMode": "UEFI",
        "BootSourceOverrideTarget": order.target,
        "BootSourceOverrideTarget@Redfish.AllowableValues": [*TARGETS],
        "HttpBootUri": order.http_uri,
    }


def boot_writes(order: BootOrder) -> dict[str, Write]:
    """What of it can be written: all but the mode, of which there is one."""

    def lasts(value: Value) -> None:
        order.lasting = str(value)

    def starts(value: Value) -> None:
        order.target = str(value)

    def fetches(value: Value) -> None:
        order.http_uri = str(value)

    return {
        f"{_OVERRIDE}Enabled": Write(fits=LASTING.__contains__, apply=lasts),
        f"{_OVERRIDE}Target": Write(fits=TARGETS.__contains__, apply=starts),
        f"{_OVERRIDE}Mode": Write(fits="UEFI".__eq__, apply=lambda _: None),
        "Boot/HttpBootUri": Write(fits=is_boot_uri, apply=fetches),
    }
