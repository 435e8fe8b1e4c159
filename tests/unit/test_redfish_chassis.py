from backends.model.topology import Edge, Kind, Relation
from backends.redfish.chassis import ChassisTree
from backends.redfish.hosts import baseboards
from backends.redfish.schema import (
    Boot,
    Chassis,
    ChassisLinks,
    ComputerSystem,
    Link,
    Location,
    PartLocation,
    Placement,
    Status,
    SystemLinks,
)


def tree(**chassis):
    return ChassisTree({f"/{name}": one for name, one in chassis.items()}, source="redfish", service="bmc")


def box(kind, *, inside="", holds=(), **more):
    links = ChassisLinks(
        contained_by=Link(inside) if inside else None, contains=[Link(path) for path in holds] if holds else None
    )
    return Chassis(chassis_type=kind, links=links, **more)


def in_chassis(path):
    return ComputerSystem(boot=Boot(), links=SystemLinks(chassis=[Link(path)]))


POD = {
    "r1": box("Rack", name="rack-1", holds=["/t1/"], status=Status(health="Warning")),
    "t1": box("Sled", name="tray-1", location=Location(part_location=PartLocation(location_ordinal_value=7))),
    "b1": box("Module", inside="/t1"),
}


def test_rack_tray_and_slot_through_links_of_either_side():
    chassis = tree(**POD)
    tray = chassis.tray_of("/s1", in_chassis("/b1"))
    assert tray == "/t1"
    assert (chassis.name(tray), chassis.rack_of(tray), chassis.slot_of(tray)) == ("tray-1", "rack-1", 7)


def test_parts_and_their_edges():
    components, edges = tree(**POD).parts({"gpu001": "/t1"})
    assert [(one.id, one.kind, one.slot) for one in components] == [
        ("rack:rack-1", Kind.RACK, None),
        ("tray:rack-1/tray-1", Kind.TRAY, 7),
    ]
    assert edges == (
        Edge("rack:rack-1", "tray:rack-1/tray-1", Relation.CONTAINS),
        Edge("tray:rack-1/tray-1", "node:gpu001", Relation.CONTAINS),
    )


def test_rack_that_is_only_stated_by_the_tray():
    placed = box("RackMount", name="tray", location=Location(placement=Placement(rack="R7", rack_offset=12)))
    components, edges = tree(c=placed).parts({"n1": "/c"})
    assert {one.id for one in components} == {"rack:R7", "tray:R7/tray"}
    assert Edge("rack:R7", "tray:R7/tray", Relation.CONTAINS) in edges
    assert tree(c=placed).slot_of("/c") == 12


def test_circles_and_dangling_links_end():
    chassis = tree(a=box("Module", inside="/b"), b=box("Module", inside="/a"), c=box("Sled", inside="/nowhere"))
    assert list(chassis.upwards("/a")) == ["/a", "/b"]
    assert chassis.rack_of("/c") == ""
    assert chassis.tray_of("/s", in_chassis("/gone")) is None


def test_baseboard_belongs_to_the_only_host():
    systems = {"/host": ComputerSystem(id="System_0", boot=Boot()), "/hgx": ComputerSystem(id="HGX_Baseboard_0")}
    assert baseboards(systems, tree(), all_read=True) == ({"/hgx": "/host"}, frozenset())
    assert baseboards(systems, tree(), all_read=False) == ({}, frozenset({"/hgx"}))


def test_baseboard_among_several_hosts_belongs_to_the_one_of_its_tray():
    systems = {
        "/h1": in_chassis("/b1"),
        "/h2": in_chassis("/other"),
        "/hgx": ComputerSystem(id="HGX_Baseboard_0", links=SystemLinks(chassis=[Link("/b1")])),
        "/lost": ComputerSystem(id="HGX_Baseboard_1"),
    }
    assert baseboards(systems, tree(**POD), all_read=True) == ({"/hgx": "/h1"}, frozenset({"/lost"}))


def test_a_system_alone_is_a_host_whatever_it_lacks():
    assert baseboards({"/s": ComputerSystem(id="x")}, tree(), all_read=True) == ({}, frozenset({"/s"}))
