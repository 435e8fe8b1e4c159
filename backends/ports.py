"""What the console may ask of a pod. Adapters implement these; they raise only `backends.errors`.

An adapter takes its transport, never makes one, states what it can do, and counts the requests it sends.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from backends.model.boot import BootOverride, BootState, MediaSlot
from backends.model.log import LogPage
from backends.model.observation import HardwareInventory, SchedulerJobs, SchedulerLayout, SchedulerNodes
from backends.model.severity import Severity
from backends.model.stream import StreamPosition, StreamState


class Capability(StrEnum):
    """What an adapter may be able to do; an action names the one it needs."""

    DRAIN = "drain"
    RESUME = "resume"
    REQUEUE = "requeue"
    POWER = "power"
    PROVISION = "provision"
    EVENTS = "events"


class PowerAction(StrEnum):
    """What may be asked of a node's power, in operators' words.

    OFF, RESET and CYCLE are hard; SHUT_DOWN and RESTART ask the operating system, which may never do it; NMI makes a
    hung one dump and leaves the power alone.
    """

    ON = "on"
    OFF = "off"
    RESET = "reset"
    CYCLE = "cycle"
    SHUT_DOWN = "shut-down"
    RESTART = "restart"
    NMI = "nmi"


class Command(Struct, frozen=True):
    """A finished remote command: its exit status and what it wrote, decoded with replacement, not cleaned."""

    status: int
    stdout: str
    stderr: str


class Hint(Struct, frozen=True, kw_only=True):
    """What a service said has happened, cleaned: a reason to ask it soon, and nothing to believe.

    `at` is its own time of it, None when there is none that can be read. `position` is where to go on after it.
    """

    origin: str = ""
    message: str = ""
    message_id: str = ""
    severity: Severity = Severity.UNKNOWN
    at: datetime | None = None
    position: StreamPosition | None = None


class StreamMoved(Struct, frozen=True, kw_only=True):
    """The event stream is live now, or is not and `why`. `requests` is what it has cost since the last such word."""

    state: StreamState
    why: str = ""
    requests: int = 0


class Continued(Struct, frozen=True, kw_only=True):
    """Whether the stream goes on where it was asked to: `missing` says why something may be lost, empty when not."""

    missing: str = ""


Change = Hint | StreamMoved | Continued


class Shell(Protocol):
    """Commands on one host, over one connection. `where` names the host to a person."""

    where: str

    async def reach(self) -> None:
        """Connect and log in, where that is not done yet. Raises what `run` does."""
        ...

    async def run(self, argv: Sequence[str], *, timeout_s: float | None = None) -> Command:
        """Run an argument list (never a shell string); a status other than 0 is an answer, not an error.

        Raises Unreachable, Untrusted, AuthFailed or TimedOut.
        """
        ...

    async def close(self) -> None:
        """Close the connection. Safe to call twice."""
        ...


class NodeShells(Protocol):
    """Commands on the nodes of a pod, by the scheduler's names; connections are kept until `close`."""

    async def reach(self, node: str) -> None:
        """Connect and log in, where that is not done yet. Raises Unreachable, Untrusted, AuthFailed or TimedOut."""
        ...

    async def run(self, node: str, argv: Sequence[str], *, timeout_s: float | None = None) -> Command:
        """Run an argument list on one node; it is ended there when we give it up. Raises what `Shell.run` does."""
        ...

    async def close(self) -> None:
        """Close every connection. Safe to call twice."""
        ...


class Port(Protocol):
    """What every port has: a name for people, its capabilities, and the number of requests sent so far."""

    where: str

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this adapter can do on this pod."""
        ...

    @property
    def requests(self) -> int:
        """Requests sent since it was made; the difference over a round is the round's cost."""
        ...

    async def close(self) -> None:
        """Give back what the far side keeps for us (sessions). Safe to call twice."""
        ...


class Scheduler(Port, Protocol):
    """A workload scheduler."""

    async def ping(self) -> str:
        """Whether its controller answers, cheaply; returns its version. Ask this before anything costly."""
        ...

    def spent(self, question: str) -> int:
        """Requests sent for `nodes`, `jobs` or `layout`, so that their costs are told apart when asked together."""
        ...

    async def nodes(self) -> SchedulerNodes:
        """Every node it knows, with compound states kept whole."""
        ...

    async def jobs(self, *, brief: bool = False) -> SchedulerJobs:
        """Every job that is pending or holds nodes. `brief` may leave unknown how many GPUs one has, and which."""
        ...

    async def layout(self, *, brief: bool = False) -> SchedulerLayout:
        """Partitions, reservations and network topology; `brief` is the topology alone."""
        ...

    async def drain(self, nodes: Sequence[str], reason: str) -> None:
        """Close nodes to new work. A refusal may have hit some of them: observe again whatever it raises."""
        ...

    async def resume(self, nodes: Sequence[str]) -> None:
        """Give nodes back. A node that is in service already is not an error."""
        ...

    async def requeue(self, jobs: Sequence[str]) -> None:
        """Put running jobs back into the queue. A refusal may have hit some of them. Needs `Capability.REQUEUE`."""
        ...

    def equivalent(self, verb: str, nodes: Sequence[str], reason: str = "") -> tuple[str, ...]:
        """The commands an operator would have typed for `drain`, `resume` or `requeue`, quoted for a shell.

        For `requeue` the names are those of jobs.
        """
        ...


class Hardware(Port, Protocol):
    """Out-of-band management of a pod's hardware."""

    async def ping(self) -> str:
        """Whether the service answers; returns product and version."""
        ...

    async def inventory(self) -> HardwareInventory:
        """Every system with its power, health and GPUs, and the racks and trays around them."""
        ...

    def changes(self, after: StreamPosition | None = None) -> AsyncGenerator[Change, None]:
        """What the service says as it happens, and how it stands with the stream, until `close`; for one reader.

        With `after`, from there on: once a `Continued` says whether anything may be missing.

        Opens what it needs, again and again where it breaks. Never raises for the service's sake. Close the generator
        (`contextlib.aclosing`) to end the stream. Needs `Capability.EVENTS`.
        """
        ...

    async def logs(self, system: str, node: str) -> LogPage:
        """The entries of a system's logs, by time, as those of `node`. Costs much; NotSupported where it has none."""
        ...

    async def resource(self, system: str) -> bytes:
        """A system's resource as the service sends it: JSON that decodes, else Malformed."""
        ...

    async def power(self, system: str, action: PowerAction) -> tuple[str, ...]:
        """Ask for a power action on a system (`HardwareFacts.system`). Accepted is not done: observe.

        What the task said that it became, if it became one: its state, then its messages.
        """
        ...

    async def power_together(self, systems: Sequence[str], action: PowerAction, *, batch: int, delay_s: int) -> bool:
        """Ask the controller itself to do it, `batch` systems at a time with `delay_s` between: one request.

        False when it has no such ability for these systems; nothing was sent then, and who asked sequences them.
        Accepted is not done, and not waited for: observe.
        """
        ...

    @property
    def provisioner(self) -> "Provisioner | None":
        """How a node's next start is arranged and watched; None where nothing may be written (a recording)."""
        ...


class Provisioner(Protocol):
    """One node's next start: what it boots from, its virtual drives, and how far it has come. Never power.

    Each call has one effect at most, reads back what it wrote, and can be looked at with `boot_state` or `media`.
    Writes raise Rejected (refused, or accepted and not so when read back), Conflict (changed by another meanwhile),
    NotSupported (naming what is offered) and TimedOut (it may have happened: observe), beside those of reading.
    """

    async def boot_state(self, system: str, *, parts: bool = False, bmc: bool = False) -> BootState:
        """How far a system has come: one request. `parts` counts GPUs and links, `bmc` reads a version: costs more."""
        ...

    async def override_boot(self, system: str, wanted: BootOverride) -> BootOverride:
        """Set what the next start is from (`NO_OVERRIDE` takes it back) and return what is so now.

        A service may keep saying Continuous after Once: that is returned, not hidden. What does not boot as wanted is
        Rejected. Nothing is sent when it is so already.
        """
        ...

    async def media(self, system: str) -> tuple[MediaSlot, ...]:
        """The virtual drives of a system, wherever the service keeps them."""
        ...

    async def insert(self, slot: str, image: str) -> MediaSlot:
        """Insert an image (its URI) into a slot (`MediaSlot.path`) and wait until it is there.

        A slot with another image is a Conflict: eject that first, on purpose.
        """
        ...

    async def eject(self, slot: str) -> MediaSlot:
        """Empty a slot and wait until it is. An empty one is left alone."""
        ...

    async def light(self, resource: str, *, lit: bool) -> bool | None:
        """Switch the find-me light of a system or chassis; returns what it says then, None when it does not."""
        ...
