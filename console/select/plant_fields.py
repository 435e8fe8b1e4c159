"""What a component of the plant can be selected by: its kind, its state, and every quantity it measures."""

from collections.abc import Callable

from msgspec import Struct

from backends.model.measurement import Quantity
from backends.model.plant import ComponentFacts
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.topology import Component
from backends.model.topology import Kind as ComponentKind
from console.select.field import SEVERITIES, UNKNOWN, Around, Field, Kind, Reading, words
from console.select.quantity import BY_SUFFIX, PLAIN


class Part(Struct, frozen=True):
    """A component with what is observed of it."""

    component: Component
    facts: ComponentFacts


def _of(snapshot: Snapshot) -> dict[str, Part]:
    known = snapshot.topology.components
    return {name: Part(known[name], facts) for name, facts in snapshot.components.items() if name in known}


def _measured(quantity: Quantity) -> Callable[[Part, Around], Reading]:
    """Its readings of one quantity; a component that does not measure it has none."""

    def read(part: Part, _around: Around) -> Reading:
        return tuple(one.value for one in part.facts.measurements if one.quantity is quantity)

    return read


def _quantity(quantity: Quantity) -> Field[Part]:
    said, _, suffix = quantity.value.rpartition("_")
    name = {"power": "watts"}.get(said, said.replace("_", "."))
    if quantity is Quantity.ROTATION:
        name = "rpm"
    return Field(
        name=name,
        also=(quantity.value,),
        help=f"{said.replace('_', ' ')}, in {suffix}",
        unit=BY_SUFFIX.get(suffix, PLAIN),
        read=_measured(quantity),
        source="plant",
    )


def _name(part: Part, around: Around) -> Reading:
    """As its row says it, and its id."""
    component = part.component
    label = around.snapshot.topology.label(component.id)
    return (f"{component.kind.value.replace('-', ' ')} {label}", component.id, component.name)


PLANT: Kind[Part] = Kind(
    "plant",
    (
        Field(name="component", also=("name", "id"), help="its name, or KIND:NAME; globs", read=_name),
        Field(name="pod", help="the pod it is of", read=lambda _, a: (a.snapshot.pod,)),
        Field(
            name="kind",
            help="cdu loop pump switch fan …",
            choices=tuple(kind.value for kind in ComponentKind),
            read=lambda p, _: (p.component.kind.value,),
        ),
        Field(
            name="health",
            help="its controller's word",
            order=SEVERITIES,
            read=lambda p, _: UNKNOWN if p.facts.health is Severity.UNKNOWN else (p.facts.health.value,),
            source="plant",
        ),
        Field(
            name="state",
            help="its state, or what it detects",
            read=lambda p, _: words(p.facts.detail, p.facts.state) or UNKNOWN,
            source="plant",
        ),
        Field(name="model", help="its maker's", read=lambda p, _: words(p.component.model)),
        Field(name="serial", help="its maker's", read=lambda p, _: words(p.component.serial)),
        *(_quantity(quantity) for quantity in Quantity),
    ),
    of=_of,
    old=lambda part, _source, snapshot: snapshot.stale(part.facts),
)
