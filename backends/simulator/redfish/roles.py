"""The predefined roles, and which privilege an operation needs (DSP0266 13.4, in the manner of DSP8011's registry)."""

from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, uri

PRIVILEGES: dict[str, tuple[str, ...]] = {
    "Administrator": ("Login", "ConfigureManager", "ConfigureUsers", "ConfigureComponents", "ConfigureSelf"),
    "Operator": ("Login", "ConfigureComponents", "ConfigureSelf"),
    "ReadOnly": ("Login", "ConfigureSelf"),
}
_USERS = frozenset({"ManagerAccount", "ManagerAccountCollection", "Role", "RoleCollection", "AccountService"})
_MANAGER = frozenset(
    {
        "CertificateService",
        "EthernetInterface",
        "EventService",
        "LogService",
        "Manager",
        "ManagerNetworkProtocol",
        "Session",
        "SessionService",
        "Task",
        "TaskService",
        "UpdateService",
    }
)
_ACCOUNTS = frozenset({"ManagerAccount", "ManagerAccountCollection"})
_OWN = frozenset({"ManagerAccount", "Session", "EventDestination"})


def may(role: str, user: str, method: str, resource: Resource) -> bool:
    """Whether a user of this role may do this to the resource. One's own account, session and stream are one's own."""
    has = PRIVILEGES.get(role, ())
    own = resource.owner == user and resource.kind in _OWN and "ConfigureSelf" in has
    if method in ("GET", "HEAD"):
        return "Login" in has and (resource.kind not in _ACCOUNTS or own or "ConfigureUsers" in has)
    if own and method == ("PATCH" if resource.kind == "ManagerAccount" else "DELETE"):
        return True
    if resource.kind in _USERS:
        return "ConfigureUsers" in has
    return ("ConfigureManager" if resource.kind in _MANAGER else "ConfigureComponents") in has


def role_collection() -> Resource:
    """The three predefined roles: there are no others, and none can be changed."""
    path = uri("AccountService", "Roles")
    return collection(path, "Role", "Role Collection", [f"{path}/{name}" for name in PRIVILEGES])


def role(id_: str) -> Resource | None:
    """One role."""
    if id_ not in PRIVILEGES:
        return None
    privileges: list[Value] = [*PRIVILEGES[id_]]
    body: Body = head(uri("AccountService", "Roles", id_), "Role.v1_3_3.Role", id_, f"Role {id_}")
    return Resource({**body, "RoleId": id_, "IsPredefined": True, "AssignedPrivileges": privileges})
