"""What the console may ask of a pod. Adapters implement these; they raise only `backends.errors`.

An adapter takes its transport, never makes one, states what it can do, and counts the requests it sends.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from backends.model.observation import HardwareInventory, SchedulerJobs, SchedulerLayout, SchedulerNodes


class Capability(StrEnum):
    """What an adapter may be able to do; an action names the one it needs."""

    DRAIN = "drain"
    RESUME = "resume"
    POWER = "power"


class PowerAction(StrEnum):
    """What may be asked of a node's power, in operators' words."""

    ON = "on"
    OFF = "off"
    RESET = "reset"
    CYCLE = "cycle"


class Command(Struct, frozen=True):
    """A finished remote command: its exit status and what it wrote, decoded with replacement, not cleaned."""

    status: int
    stdout: str
    stderr: str


class Shell(Protocol):
    """Commands on one host, over one connection. `where` names the host to a person."""

    where: str

    async def run(self, argv: Sequence[str], *, timeout_s: float | None = None) -> Command:
        """Run an argument list (never a shell string); a status other than 0 is an answer, not an error.

        Raises Unreachable, Untrusted, AuthFailed or TimedOut.
        """
        ...

    async def close(self) -> None:
        """Close the connection. Safe to call twice."""
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

    async def nodes(self) -> SchedulerNodes:
        """Every node it knows, with compound states kept whole."""
        ...

    async def jobs(self) -> SchedulerJobs:
        """Every job that is pending or holds nodes."""
        ...

    async def layout(self) -> SchedulerLayout:
        """Partitions, reservations and network topology."""
        ...

    async def drain(self, nodes: Sequence[str], reason: str) -> None:
        """Close nodes to new work. A refusal may have hit some of them: observe again whatever it raises."""
        ...

    async def resume(self, nodes: Sequence[str]) -> None:
        """Give nodes back. A node that is in service already is not an error."""
        ...

    def equivalent(self, verb: str, nodes: Sequence[str], reason: str = "") -> tuple[str, ...]:
        """The commands an operator would have typed for `drain` or `resume`, quoted for a shell."""
        ...


class Hardware(Port, Protocol):
    """Out-of-band management of a pod's hardware."""

    async def ping(self) -> str:
        """Whether the service answers; returns product and version."""
        ...

    async def inventory(self) -> HardwareInventory:
        """Every system with its power, health and GPUs, and the racks and trays around them."""
        ...

    async def power(self, system: str, action: PowerAction) -> None:
        """Ask for a power action on a system (`HardwareFacts.system`). Accepted is not done: observe."""
        ...
