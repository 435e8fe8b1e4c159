"""The state of a pod controller that is not the pod's: who may come in, what was set, what it tells and keeps."""

from collections.abc import Callable
from datetime import datetime

from backends.simulator.redfish.accounts import Accounts
from backends.simulator.redfish.changes import Changes
from backends.simulator.redfish.errors import Refused, message
from backends.simulator.redfish.events import Events
from backends.simulator.redfish.logs import Logs
from backends.simulator.redfish.resource import Action, Body, Outcome, Parameter
from backends.simulator.redfish.sessions import Sessions
from backends.simulator.redfish.settings import Settings
from backends.simulator.redfish.subscriptions import Subscriptions
from backends.simulator.redfish.tasks import Tasks
from backends.simulator.redfish.virtual_media import VirtualMedia
from backends.simulator.world import World

USERS = {"operator": "Operator", "admin": "Administrator", "monitor": "ReadOnly"}


class Controller:
    """The services of one controller, wired to each other. Each of its `USERS` has the same password."""

    def __init__(self, world: Callable[[], World], password: str, monotonic: Callable[[], float]) -> None:
        self.world = world
        self.accounts = Accounts(USERS, password)
        self.sessions = Sessions(monotonic)
        self.settings = Settings()
        self.events = Events(self._now)
        self.tasks = Tasks(self._now)
        self.logs = Logs(self.events, self.tasks, self._now)
        self.subscriptions = Subscriptions(self.events)
        self.media = VirtualMedia()
        self._changes = Changes(self.events)

    def look(self) -> None:
        """Let what has happened in the pod be told: changes become events, and work ends whose time has come."""
        self._changes.look(self.world())
        self.tasks.bring()

    def login(self) -> Action:
        """What a POST to the sessions does: a new session for who knows a password; raises Refused."""
        text = Parameter(required=True)
        return Action(run=self._login, parameters={"UserName": text, "Password": text})

    def _login(self, asked: Body) -> Outcome:
        account = self.accounts.known(str(asked["UserName"]), str(asked["Password"]))
        if account is None:
            raise Refused(401, "ResourceAtUriUnauthorized")
        session = self.sessions.open(account.user)
        if session is None:
            raise Refused(503, "SessionLimitExceeded", headers={"Retry-After": "30"})
        body = session.body()
        if account.must_change:
            body["@Message.ExtendedInfo"] = [message("PasswordChangeRequired", account.uri)]
        headers = {"X-Auth-Token": session.token, "Location": session.uri, "Cache-Control": "no-store"}
        return Outcome(status=201, body=body, headers=headers)

    def _now(self) -> datetime:
        world = self.world()
        return world.wall(world.now_s)
