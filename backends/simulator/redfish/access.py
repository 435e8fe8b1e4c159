"""Who asks, and whether they may (DSP0266 13.3, 13.4)."""

import base64
import binascii

from msgspec import Struct
from starlette.requests import Request

from backends.simulator.redfish import roles
from backends.simulator.redfish.accounts import Account
from backends.simulator.redfish.controller import Controller
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.resource import Resource


class Caller(Struct, frozen=True):
    """Whoever a request is from."""

    account: Account

    @property
    def user(self) -> str:
        """The name of the user."""
        return self.account.user


class Access:
    """Authentication by session or, over TLS, by Basic credentials; and the privileges of the caller's role."""

    def __init__(self, controller: Controller, *, basic: bool) -> None:
        self._accounts = controller.accounts
        self._sessions = controller.sessions
        self._basic = basic

    def caller(self, request: Request) -> Caller | None:
        """Who asks, None for nobody that is known. A token is looked at before credentials."""
        if token := request.headers.get("X-Auth-Token"):
            account = self._accounts.find(self._sessions.user(token))
        else:
            account = self._credentials(request.headers.get("Authorization", ""))
        return Caller(account) if account else None

    def check(self, caller: Caller | None, method: str, resource: Resource) -> None:
        """Whether the caller may do this to the resource; raises Refused. The service root is for everybody."""
        if caller is None:
            return
        if not roles.may(caller.account.role, caller.user, method, resource):
            raise Refused(403, "InsufficientPrivilege")

    def check_password(self, caller: Caller | None, request: Request) -> None:
        """Let somebody who has to change the password do that and leave, and nothing else; raises Refused."""
        if caller is None or not caller.account.must_change:
            return
        own = request.url.path.rstrip("/") == caller.account.uri and request.method in ("GET", "HEAD", "PATCH")
        leaves = request.method == "DELETE" and self._owns_session(caller, request.url.path)
        if not own and not leaves:
            raise Refused(403, "PasswordChangeRequired", caller.account.uri)

    def _owns_session(self, caller: Caller, path: str) -> bool:
        session = self._sessions.get(path.rpartition("/")[2])
        return session is not None and session.body["@odata.id"] == path and session.owner == caller.user

    def _credentials(self, header: str) -> Account | None:
        scheme, _, credentials = header.partition(" ")
        if scheme.lower() != "basic" or not self._basic:
            return None
        try:
            user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self._accounts.known(user, password)
