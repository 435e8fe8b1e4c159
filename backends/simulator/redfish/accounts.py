"""The accounts of a service, and its AccountService."""

import secrets

from backends.simulator.redfish import roles
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.resource import (
    Action,
    Body,
    Outcome,
    Parameter,
    Resource,
    Value,
    Write,
    collection,
    head,
    ref,
    uri,
)

SHORTEST, LONGEST = 8, 64
_MOST = 64
_PATH = uri("AccountService", "Accounts")


class Account:
    """One account. `must_change` keeps its user from everything but changing the password."""

    def __init__(self, id_: str, user: str, password: str, role: str) -> None:
        self.id = id_
        self.user = user
        self.password = password
        self.role = role
        self.enabled = True
        self.must_change = False
        self.turn = 0

    @property
    def uri(self) -> str:
        """Its resource."""
        return f"{_PATH}/{self.id}"


class Accounts:
    """The accounts of one service, opened with one of each predefined role.

    A password is compared in constant time and is in no body, log or repr.
    """

    def __init__(self, users: dict[str, str], password: str) -> None:
        self._by_id: dict[str, Account] = {}
        self._count = 0
        for user, role in users.items():
            self._add(user, password, role)

    def find(self, user: str) -> Account | None:
        """The enabled account of a user."""
        return next((each for each in self._by_id.values() if each.user == user and each.enabled), None)

    def known(self, user: str, password: str) -> Account | None:
        """The account that these credentials open."""
        account = self.find(user)
        right = secrets.compare_digest(password.encode(), (account.password if account else "").encode())
        return account if account and right else None

    def service(self) -> Resource:
        """The account service."""
        body = head(uri("AccountService"), "AccountService.v1_15_1.AccountService", "AccountService", "Account Service")
        return Resource(
            {
                **body,
                "ServiceEnabled": True,
                "Status": {"State": "Enabled", "Health": "OK"},
                "SupportedAccountTypes": ["Redfish"],
                "MinPasswordLength": SHORTEST,
                "MaxPasswordLength": LONGEST,
                "Accounts": ref("AccountService", "Accounts"),
                "Roles": ref("AccountService", "Roles"),
            }
        )

    def collection(self) -> Resource:
        """Every account."""
        parameters = {
            "UserName": Parameter(required=True),
            "Password": Parameter(required=True),
            "RoleId": Parameter(required=True, allowed=tuple(roles.PRIVILEGES)),
            "Enabled": Parameter(kind=bool),
            "PasswordChangeRequired": Parameter(kind=bool),
        }
        create = Action(run=self._create, parameters=parameters)
        members = [account.uri for account in self._by_id.values()]
        return collection(_PATH, "ManagerAccount", "Account Collection", members, create)

    def get(self, id_: str) -> Resource | None:
        """One account."""
        account = self._by_id.get(id_)
        return self._resource(account) if account else None

    def _resource(self, account: Account) -> Resource:
        body: Body = {
            **head(account.uri, "ManagerAccount.v1_12_1.ManagerAccount", account.id, f"Account {account.user}"),
            "UserName": account.user,
            "Password": None,
            "RoleId": account.role,
            "Enabled": account.enabled,
            "Locked": False,
            "PasswordChangeRequired": account.must_change,
            "AccountTypes": ["Redfish"],
            "Links": {"Role": ref("AccountService", "Roles", account.role)},
        }
        return Resource(
            body,
            writes=self._writes(account),
            remove=lambda: self._remove(account),
            owner=account.user,
            turn=account.turn,
        )

    def _writes(self, account: Account) -> dict[str, Write]:
        def password(value: Value) -> None:
            account.password, account.must_change = str(value), False
            account.turn += 1

        def user(value: Value) -> None:
            if any(each.user == value and each is not account for each in self._by_id.values()):
                raise Refused(400, "ResourceAlreadyExists", "UserName")
            account.user = str(value)

        def role(value: Value) -> None:
            account.role = str(value)

        def enabled(value: Value) -> None:
            account.enabled = bool(value)

        def must_change(value: Value) -> None:
            account.must_change = bool(value)

        return {
            "Password": Write(fits=_is_password, apply=password),
            "UserName": Write(fits=_is_name, apply=user),
            "RoleId": Write(fits=lambda value: value in roles.PRIVILEGES, apply=role),
            "Enabled": Write(fits=lambda value: isinstance(value, bool), apply=enabled),
            "PasswordChangeRequired": Write(fits=lambda value: isinstance(value, bool), apply=must_change),
        }

    def _create(self, asked: Body) -> Outcome:
        user, password = asked["UserName"], asked["Password"]
        if not _is_name(user):
            raise Refused(400, "PropertyValueIncorrect", "UserName")
        if not _is_password(password):
            raise Refused(400, "PropertyValueIncorrect", "Password")
        if any(each.user == user for each in self._by_id.values()):
            raise Refused(400, "ResourceAlreadyExists", "UserName")
        if len(self._by_id) >= _MOST:
            raise Refused(503, "SessionLimitExceeded")
        account = self._add(str(user), str(password), str(asked["RoleId"]))
        account.enabled = bool(asked.get("Enabled", True))
        account.must_change = bool(asked.get("PasswordChangeRequired", False))
        return Outcome(status=201, body=self._resource(account).body, headers={"Location": account.uri})

    def _add(self, user: str, password: str, role: str) -> Account:
        self._count += 1
        account = Account(str(self._count), user, password, role)
        self._by_id[account.id] = account
        return account

    def _remove(self, account: Account) -> None:
        administrators = [each for each in self._by_id.values() if each.role == "Administrator" and each.enabled]
        if administrators == [account]:
            raise Refused(403, "AccessDenied", account.uri)
        del self._by_id[account.id]


def _is_password(value: Value) -> bool:
    return isinstance(value, str) and SHORTEST <= len(value) <= LONGEST


def _is_name(value: Value) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and ":" not in value and value.isprintable()
