"""What is observed of the plant: racks, trays, switches, power and cooling. Beside the topology, because it changes.

A component's identity and its edges (`backends.model.topology`) stay the same from snapshot to snapshot; its facts
are these, by the same id.
"""

from datetime import datetime

from msgspec import Struct

from backends.model.measurement import Measurement
from backends.model.node import Power
from backends.model.severity import Severity


class Redundancy(Struct, frozen=True, kw_only=True):
    """A group in which some may fail. Lost when fewer than `needed` of its `members` are well. DSP0268 `Redundancy`."""

    name: str
    kind: str = ""
    needed: int | None = None
    members: tuple[str, ...] = ()
    health: Severity = Severity.UNKNOWN


class ComponentFacts(Struct, frozen=True, kw_only=True):
    """One component, as its controller reports it now.

    `state` is DSP0268 `Status.State` (`Enabled`, `Absent`, `StandbyOffline`); `detail` the word that matters most for
    its kind (a leak detector's DetectorState, a link's LinkStatus, a breaker's state). `missing_since` and `also` as
    in `backends.model.node.HardwareFacts`.
    """

    source: str
    health: Severity = Severity.UNKNOWN
    state: str = ""
    detail: str = ""
    power: Power = Power.UNKNOWN
    measurements: tuple[Measurement, ...] = ()
    redundancy: tuple[Redundancy, ...] = ()
    missing_since: datetime | None = None
    also: tuple[str, ...] = ()


class Condition(Struct, frozen=True, kw_only=True):
    """Something the service itself calls wrong (DSP0268 `ServiceConditions`, `Status.Conditions`).

    `component` is the id of what it is about, "" where it does not say. `log` is the log it was found in, "" where the
    service says it as of now.
    """

    source: str
    severity: Severity
    message: str
    message_id: str = ""
    component: str = ""
    at: datetime | None = None
    log: str = ""
