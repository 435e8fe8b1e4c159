"""The state of a pod controller that is not the pod's: who may come in, what was set, what it tells and keeps."""

from collections.abc import Callable
from datetime import datetime

from backends.simulator.redfish import root
from backends.simulator.redfish.accounts import Accounts
from backends.simulator.redfish.certificates import Certificates
from backends.simulator.redfish.changes import Changes
from backends.simulator.redfish.crossings import Crossings
from backends.simulator.redfish.errors import Refused, message
from backends.simulator.redfish.events import Event, Events
from backends.simulator.redfish.logs import Logs
from backends.simulator.redfish.network import Network
from backends.simulator.redfish.resource import Action, Body, Outcome, Parameter, Resource, uri
from backends.simulator.redfish.restart import Restart
from backends.simulator.redfish.sessions import Sessions
from backends.simulator.redfish.settings import Settings
from backends.simulator.redfish.signing import Signing
from backends.simulator.redfish.subscriptions import Subscriptions
from backends.simulator.redfish.tasks import Tasks
from backends.simulator.world import World

USERS = {"operator": "Operator", "admin": "Administrator", "monitor": "ReadOnly"}


class Controller:
    """The services of one controller, wired to each other. Each of its `USERS` has the same password."""

    def __init__(
        self, world: Callable[[], World], password: str, monotonic: Callable[[], float], certificate: str = ""
    ) -> None:
        self.world = world
        self.certificates = Certificates(certificate)
        self.signing = Signing(self.certificates)
        self.accounts = Accounts(USERS, password)
        self.sessions = Sessions(monotonic)
        self.settings = Settings()
        self.events = Events(self._now)
        self.tasks = Tasks(self._now)
        self.logs = Logs(self.events, self.tasks, self._now)
        self.subscriptions = Subscriptions(self.events)
        self.network = Network(tls=bool(certificate))
        self.restart = Restart(world, self._end_all)
        self._changes = Changes(self.events)
        self._crossings = Crossings(self.events)

    def look(self) -> None:
        """Let what has happened in the pod be told: changes become events, and work ends whose time has come."""
        world = self.world()
        if "sse-drop" in world.outages:
            self.subscriptions.drop_streams()
        self._changes.look(world)
        self._crossings.look(world)
        self.tasks.bring()

    def told_of_push(self) -> None:
        """Tell that an image was pushed and not taken: the firmware of the pod never changes."""
        path, text = uri("UpdateService"), "Transfer of image 'pushed' to '/redfish/v1/UpdateService' failed."
        key = "Update.1.0.TransferFailed"
        event = Event(
            number=0, at=self._now(), key=key, origin=path, text=text, severity="Critical", args=("pushed", path)
        )
        self.events.tell(event)

    def manager(self, id_: str) -> Resource | None:
        """The controller itself, as a Manager."""
        found = self.restart.over(root.manager(self.world(), id_))
        return self.settings.over(found) if found else None

    def _end_all(self) -> None:
        self.sessions.close_all()
        self.subscriptions.close_all()

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
