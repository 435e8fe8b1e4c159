"""The resources we read, with the properties we read from them (DSP0268 2026.1 names). Every one is optional.

Nothing here is required because nothing is there on every service: quirk lists of NVIDIA's own fleet software name
null members, empty UUIDs and missing systems. What a field's absence means is decided where it is used.
"""

from msgspec import Struct, field

NO_MEMBERS = "a collection without a list of members"


class Link(Struct, frozen=True):
    """A reference to another resource."""

    path: str | None = field(default=None, name="@odata.id")


class Status(Struct, frozen=True, rename="pascal"):
    """`Resource.Status`. sushy-tools 2.2 spells HealthRollup its own way; nothing else does."""

    state: str | None = None
    health: str | None = None
    health_rollup: str | None = None


class ExpandQuery(Struct, frozen=True, rename="pascal"):
    """Which forms of `$expand` the service says it understands."""

    no_links: bool | None = None
    expand_all: bool | None = None
    levels: bool | None = None
    max_levels: int | None = None


class ProtocolFeatures(Struct, frozen=True, rename="pascal"):
    """`ServiceRoot.ProtocolFeaturesSupported`."""

    expand_query: ExpandQuery | None = None


class RootLinks(Struct, frozen=True, rename="pascal"):
    """`ServiceRoot.Links`."""

    sessions: Link | None = None
    manager: Link | None = field(default=None, name="ManagerProvidingService")


class ServiceRoot(Struct, frozen=True, rename="pascal"):
    """ServiceRoot v1.21: where everything else is found from."""

    name: str | None = None
    product: str | None = None
    vendor: str | None = None
    redfish_version: str | None = None
    systems: Link | None = None
    chassis: Link | None = None
    session_service: Link | None = None
    thermal_equipment: Link | None = None
    power_equipment: Link | None = None
    fabrics: Link | None = None
    telemetry_service: Link | None = None
    service_conditions: Link | None = None
    event_service: Link | None = None
    aggregation_service: Link | None = None
    managers: Link | None = None
    update_service: Link | None = None
    links: RootLinks | None = None
    features: ProtocolFeatures | None = field(default=None, name="ProtocolFeaturesSupported")


class SessionService(Struct, frozen=True, rename="pascal"):
    """SessionService v1.2."""

    sessions: Link | None = None


class Collection(Struct, frozen=True, rename="pascal"):
    """Any collection, unexpanded. Large ones come in pages. Some leave out the members of an empty one."""

    members: list[Link] | None = None
    count: int | None = field(default=None, name="Members@odata.count")
    next_page: str | None = field(default=None, name="Members@odata.nextLink")

    @property
    def listed(self) -> bool:
        """Whether it says what its members are: a list of another type is none, and is not an empty one."""
        return self.members is not None or self.count == 0


class Placement(Struct, frozen=True, rename="pascal"):
    """`Location.Placement`: where a thing stands in the room."""

    rack: str | None = None
    rack_offset: int | None = None


class PartLocation(Struct, frozen=True, rename="pascal"):
    """`Location.PartLocation`: where a part sits in its parent."""

    location_ordinal_value: int | None = None


class Location(Struct, frozen=True, rename="pascal"):
    """`Resource.Location`."""

    placement: Placement | None = None
    part_location: PartLocation | None = None


class ResetAction(Struct, frozen=True):
    """`#ComputerSystem.Reset`: what it takes is listed here, or in the ActionInfo resource, or nowhere."""

    target: str | None = None
    allowable: list[str] | None = field(default=None, name="ResetType@Redfish.AllowableValues")
    action_info: str | None = field(default=None, name="@Redfish.ActionInfo")


class SystemActions(Struct, frozen=True):
    """`ComputerSystem.Actions`."""

    reset: ResetAction | None = field(default=None, name="#ComputerSystem.Reset")


class Parameter(Struct, frozen=True, rename="pascal"):
    """One parameter of an ActionInfo."""

    name: str | None = None
    allowable_values: list[str] | None = None


class ActionInfo(Struct, frozen=True, rename="pascal"):
    """ActionInfo v1.4."""

    parameters: list[Parameter] | None = None


class Boot(Struct, frozen=True):
    """`ComputerSystem.Boot`: only that it is there."""


class BootProgress(Struct, frozen=True, rename="pascal"):
    """`ComputerSystem.BootProgress`."""

    last_state: str | None = None


class SystemLinks(Struct, frozen=True, rename="pascal"):
    """`ComputerSystem.Links`."""

    chassis: list[Link] | None = None


class ComputerSystem(Struct, frozen=True, rename="pascal"):
    """ComputerSystem v1.28."""

    path: str | None = field(default=None, name="@odata.id")
    id: str | None = None
    name: str | None = None
    host_name: str | None = None
    uuid: str | None = field(default=None, name="UUID")
    serial_number: str | None = None
    model: str | None = None
    power_state: str | None = None
    status: Status | None = None
    location: Location | None = None
    processors: Link | None = None
    boot: Boot | None = None
    boot_progress: BootProgress | None = None
    bios: Link | None = None
    log_services: Link | None = None
    bios_version: str | None = None
    links: SystemLinks | None = None
    actions: SystemActions | None = None


class Processor(Struct, frozen=True, rename="pascal"):
    """Processor v1.23."""

    path: str | None = field(default=None, name="@odata.id")
    id: str | None = None
    name: str | None = None
    processor_type: str | None = None
    model: str | None = None
    serial_number: str | None = None
    status: Status | None = None
    environment_metrics: Link | None = None


class Excerpt(Struct, frozen=True, rename="pascal"):
    """A sensor's value inside another resource."""

    reading: float | None = None


class Control(Struct, frozen=True, rename="pascal"):
    """A control's value inside another resource."""

    set_point: float | None = None


class EnvironmentMetrics(Struct, frozen=True, rename="pascal"):
    """EnvironmentMetrics v1.6."""

    power_watts: Excerpt | None = None
    temperature_celsius: Excerpt | None = None
    power_limit_watts: Control | None = None


class ChassisLinks(Struct, frozen=True, rename="pascal"):
    """`Chassis.Links`."""

    contained_by: Link | None = None
    contains: list[Link] | None = None
    computer_systems: list[Link] | None = None
    powered_by: list[Link] | None = None
    power_outlets: list[Link] | None = None
    power_distribution: list[Link] | None = None
    cooled_by: list[Link] | None = None
    cooling_units: list[Link] | None = None
    connected_cooling_loops: list[Link] | None = None
    switches: list[Link] | None = None


class Chassis(Struct, frozen=True, rename="pascal"):
    """Chassis v1.28."""

    path: str | None = field(default=None, name="@odata.id")
    id: str | None = None
    name: str | None = None
    chassis_type: str | None = None
    status: Status | None = None
    location: Location | None = None
    environment_metrics: Link | None = None
    thermal_subsystem: Link | None = None
    power_subsystem: Link | None = None
    thermal: Link | None = None
    power: Link | None = None
    sensors: Link | None = None
    leak_detectors: Link | None = None
    max_power_watts: float | None = None
    model: str | None = None
    serial_number: str | None = None
    uuid: str | None = field(default=None, name="UUID")
    electrical_source_names: list[str] | None = None
    heating_cooling_equipment_names: list[str] | None = None
    links: ChassisLinks | None = None


class Message(Struct, frozen=True, rename="pascal"):
    """`Message.Message`, of which people read this much."""

    message: str | None = None
    message_id: str | None = None
    resolution: str | None = None


class ErrorDetail(Struct, frozen=True):
    """`RedfishError.error`."""

    message: str | None = None
    extended: list[Message] | None = field(default=None, name="@Message.ExtendedInfo")


class RedfishError(Struct, frozen=True):
    """The body of a refusal (DSP0266, error responses)."""

    error: ErrorDetail | None = None
