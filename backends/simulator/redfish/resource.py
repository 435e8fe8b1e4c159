"""What a Redfish resource is to the service: a body, and the methods it takes."""

from typing import TypeAlias

from msgspec import Struct

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Body = dict[str, Value]
ROOT = "/redfish/v1"


class Resource(Struct, frozen=True):
    """A resource at one instant. Anything but a read is named in `methods`."""

    body: Body
    methods: tuple[str, ...] = ("GET", "HEAD")


def ref(*parts: str) -> Body:
    """A link: `{"@odata.id": "/redfish/v1/..."}`."""
    return {"@odata.id": uri(*parts)}


def uri(*parts: str) -> str:
    """The path of a resource."""
    return "/".join((ROOT, *parts))


def head(uri_: str, type_: str, id_: str, name: str) -> Body:
    """The properties every resource begins with; `type_` is `Chassis.v1_28_0.Chassis`."""
    return {"@odata.id": uri_, "@odata.type": f"#{type_}", "Id": id_, "Name": name}


def collection(uri_: str, kind: str, name: str, members: list[str], methods: tuple[str, ...] = ()) -> Resource:
    """A collection of `kind`, with its members by their paths."""
    return Resource(
        {
            "@odata.id": uri_,
            "@odata.type": f"#{kind}Collection.{kind}Collection",
            "Name": name,
            "Members@odata.count": len(members),
            "Members": [{"@odata.id": member} for member in members],
        },
        ("GET", "HEAD", *methods),
    )


def status(health: str, state: str = "Enabled") -> Body:
    """A Status object with its roll-up."""
    return {"State": state, "Health": health, "HealthRollup": health}


def worst(healths: list[str]) -> str:
    """The worst of some healths, OK for none."""
    return next((word for word in ("Critical", "Warning") if word in healths), "OK")
