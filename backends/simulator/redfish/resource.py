"""What a Redfish resource is to the service: a body, and what may be done to it."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Body = dict[str, Value]
ROOT = "/redfish/v1"


class Outcome(Struct, frozen=True, kw_only=True):
    """What a write came to: its status, the resource it made or answers with, and what goes into the headers."""

    status: int = 204
    body: Body | None = None
    headers: dict[str, str] = {}


class Parameter(Struct, frozen=True, kw_only=True):
    """A parameter of an action or of a create request: its JSON type, whether it must be there, what it may be."""

    kind: type[str | int | bool | list[Value] | dict[str, Value]] = str
    required: bool = False
    allowed: tuple[str, ...] = ()


class Action(Struct, frozen=True, kw_only=True):
    """Something a resource does when it is POSTed: `run` gets the checked parameters and may raise Refused."""

    run: Callable[[Body], Outcome]
    parameters: Mapping[str, Parameter] = {}


class Write(Struct, frozen=True, kw_only=True):
    """A property that PATCH may change: `fits` says whether a value is one, `apply` takes it (it may raise Refused)."""

    fits: Callable[[Value], bool]
    apply: Callable[[Value], None]


class Resource(Struct, frozen=True):
    """A resource at one instant. What is not given it cannot do, and the Allow header says so.

    `writes` goes by path (`Boot/BootSourceOverrideTarget`), `actions` by name (`ComputerSystem.Reset`); `create` makes
    a member of a collection out of the POSTed body. `owner` is the user whose own the resource is, "" for nobody.
    `turn` counts the writes that the body does not show, for its ETag: a new password, say.
    """

    body: Body
    writes: Mapping[str, Write] = {}
    actions: Mapping[str, Action] = {}
    create: Action | None = None
    remove: Callable[[], None] | None = None
    owner: str = ""
    turn: int = 0

    @property
    def methods(self) -> tuple[str, ...]:
        """The HTTP methods it takes."""
        more = {"POST": self.create, "PATCH": self.writes, "DELETE": self.remove}
        return ("GET", "HEAD", *(method for method, means in more.items() if means))

    @property
    def kind(self) -> str:
        """The name of its schema: `Chassis`, `ChassisCollection`."""
        return str(self.body["@odata.type"]).lstrip("#").partition(".")[0]


def ref(*parts: str) -> Body:
    """A link: `{"@odata.id": "/redfish/v1/..."}`."""
    return {"@odata.id": uri(*parts)}


def uri(*parts: str) -> str:
    """The path of a resource."""
    return "/".join((ROOT, *parts))


def head(uri_: str, type_: str, id_: str, name: str) -> Body:
    """The properties every resource begins with; `type_` is `Chassis.v1_28_0.Chassis`."""
    return {"@odata.id": uri_, "@odata.type": f"#{type_}", "Id": id_, "Name": name}


def collection(uri_: str, kind: str, name: str, members: list[str], create: Action | None = None) -> Resource:
    """A collection of `kind`, with its members by their paths."""
    return Resource(
        {
            "@odata.id": uri_,
            "@odata.type": f"#{kind}Collection.{kind}Collection",
            "Name": name,
            "Members@odata.count": len(members),
            "Members": [{"@odata.id": member} for member in members],
        },
        create=create,
    )


def status(health: str, state: str = "Enabled") -> Body:
    """A Status object with its roll-up."""
    return {"State": state, "Health": health, "HealthRollup": health}


def worst(healths: list[str]) -> str:
    """The worst of some healths, OK for none."""
    return next((word for word in ("Critical", "Warning") if word in healths), "OK")
