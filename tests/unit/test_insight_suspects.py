"""What rules look at: whatever a suspect's memory, the findings are those of a fresh look."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backends.model.measurement import Measurement, Quantity
from backends.model.node import Gpu, HardwareFacts, Node, Power, SchedulerFacts, Service
from backends.model.plant import ComponentFacts, Redundancy
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from backends.model.source import SourceState, SourceStatus
from backends.model.topology import Component, Kind, Topology
from console.insight.rules import ON_NODES, ON_PLANT, findings
from console.insight.suspects import Sieve, Suspects

AT = datetime(2026, 3, 1, tzinfo=UTC)


def component(**facts):
    return ComponentFacts(source="redfish", **facts)


def reading(quantity, value, **limits):
    return component(measurements=(Measurement(quantity=quantity, value=value, **limits),))


COMPONENTS = {
    "well": component(health=Severity.OK),
    "sick": component(health=Severity.WARNING),
    "tripped": component(detail="Tripped"),
    "hot": reading(Quantity.TEMPERATURE, 70.0, high_critical=65.0),
    "warm": reading(Quantity.TEMPERATURE, 60.0, high_critical=65.0),
    "alone": component(redundancy=(Redundancy(name="pumps", health=Severity.CRITICAL),)),
    "wet": component(
        measurements=(
            Measurement(quantity=Quantity.DEW_POINT, value=20.0),
            Measurement(quantity=Quantity.SUPPLY_TEMPERATURE, value=19.0),
        )
    ),
}
GPUS = {
    "well": Gpu(index=0, health=Severity.OK, temp_c=50.0, nvlinks=9, nvlinks_up=9),
    "untold": Gpu(index=0),
    "slow": Gpu(index=0, health=Severity.OK, temp_c=90.0, throttle=("Thermal",)),
    "unlinked": Gpu(index=0, health=Severity.OK, temp_c=50.0, nvlinks=9, nvlinks_up=8),
    "forgetful": Gpu(index=0, health=Severity.WARNING, temp_c=50.0, ecc_uncorrectable=2),
    "dead": Gpu(index=0, health=Severity.CRITICAL),
}
SLURM = SchedulerFacts(source="slurm.nodes", state=("IDLE",), service=Service.IDLE, gpus=2)
SAID = {
    "idle": SLURM,
    "doubted": replace(SLURM, responding=False),
    "down": replace(SLURM, state=("DOWN",), service=Service.DOWN),
    "failed": replace(SLURM, state=("FAIL",), service=Service.FAILED),
    "not known": None,
}
ON = HardwareFacts(source="redfish", system="", power=Power.ON, health=Severity.OK)
SEEN = {"on": ON, "off": replace(ON, power=Power.OFF), "ill": replace(ON, health=Severity.CRITICAL), "not seen": None}


def node(name, said, seen, gpus):
    facts = SEEN[seen]
    hardware = facts and replace(facts, system=name, gpus=tuple(GPUS[gpu] for gpu in gpus))
    return Node(name=name, scheduler=SAID[said], hardware=hardware)


def snapshot(components, nodes):
    known = {f"pump:{name}": COMPONENTS[state] for name, state in components.items()}
    topology = Topology({one: Component(id=one, kind=Kind.PUMP, name=one.partition(":")[2]) for one in known})
    there = {name: node(name, *told) for name, told in nodes.items()}
    sources = {one: SourceStatus(name=one, state=SourceState.OK, observed_at=AT) for one in ("slurm.nodes", "redfish")}
    return Snapshot(pod="p", number=1, at=AT, components=known, nodes=there, topology=topology, sources=sources)


INSTANTS = st.builds(
    snapshot,
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(list(COMPONENTS))),
    st.dictionaries(
        st.sampled_from("xyzuvw"),
        st.tuples(
            st.sampled_from(list(SAID)),
            st.sampled_from(list(SEEN)),
            st.lists(st.sampled_from(list(GPUS)), min_size=1, max_size=2),
        ),
    ),
)


@settings(max_examples=60)
@given(st.lists(INSTANTS, max_size=5))
def test_what_is_found_does_not_depend_on_what_was_seen_before(instants):
    suspects = Suspects()
    for instant in instants:
        assert findings(instant, suspects) == findings(instant)


@settings(max_examples=60)
@given(INSTANTS)
def test_a_rule_finds_among_the_suspects_what_it_finds_among_all(instant):
    suspects = Suspects()
    nodes, components = suspects.nodes(instant), suspects.components(instant)
    assert all(list(rule(instant, nodes)) == list(rule(instant, instant.nodes)) for rule in ON_NODES)
    assert all(list(rule(instant, components)) == list(rule(instant, instant.components)) for rule in ON_PLANT)


@pytest.mark.parametrize(
    ("state", "rule"), [("sick", "pump"), ("hot", "pump"), ("alone", "redundancy-lost"), ("wet", "dew-point")]
)
def test_each_kind_of_trouble_of_a_component_is_looked_at(state, rule):
    assert rule in {finding.rule for finding in findings(snapshot({"a": state}, {}))}
    assert not findings(snapshot({"a": "well", "b": "warm"}, {}))


def test_what_is_the_very_object_of_last_time_is_not_asked_again():
    asked = []
    sieve = Sieve(lambda word: not asked.append(word) and word.startswith("b"))
    assert sieve.of({"1": "bad", "2": "good"}) == {"1": "bad"}
    assert sieve.of({"1": "bad", "2": "good", "3": "bent"}) == {"1": "bad", "3": "bent"}
    assert sieve.of({"2": "bent", "3": "bent"}) == {"2": "bent", "3": "bent"}
    assert asked == ["bad", "good", "bent", "bent"]
