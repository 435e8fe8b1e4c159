import pytest

from backends.redfish.names import join_names
from backends.redfish.schema import ComputerSystem

BMC = "https://bmc7.mgmt:8443/prefix"


def names(*systems, configured=None, where=BMC):
    return list(join_names({f"/s/{n}": one for n, one in enumerate(systems)}, configured or {}, where).values())


def test_host_name_without_its_domain_comes_first():
    assert names(ComputerSystem(id="1", name="System", host_name="gpu001.pod.local")) == ["gpu001"]
    assert names(ComputerSystem(id="1", host_name="10.0.0.7")) == ["10.0.0.7"]


def test_then_name_then_id_then_the_path():
    assert names(ComputerSystem(id="1", name="node7", host_name="")) == ["node7"]
    assert names(ComputerSystem(id="Node0", name="System")) == ["Node0"]
    assert names(ComputerSystem()) == ["0"]


def test_host_names_that_say_nothing_are_not_names():
    assert names(ComputerSystem(id="Node0", name="Computer System", host_name="localhost.localdomain")) == ["Node0"]


@pytest.mark.parametrize("key", ["/s/0", "1", "ABC-DEF", "s123", "gpu001.pod", BMC, "bmc7.mgmt:8443", "bmc7.mgmt"])
def test_configured_names_win(key):
    system = ComputerSystem(id="1", uuid="abc-def", serial_number="S123", host_name="gpu001.pod")
    assert names(system, configured={key: "austin-r1-n01"}) == ["austin-r1-n01"]


def test_the_address_names_no_node_where_the_service_has_several():
    systems = (ComputerSystem(id="a"), ComputerSystem(id="b"))
    assert names(*systems, configured={"bmc7.mgmt": "n1"}) == ["a", "b"]


def test_namesakes_are_told_apart():
    assert names(ComputerSystem(id="1", name="x"), ComputerSystem(id="2", name="x")) == ["1", "2"]
    same = ComputerSystem(id="1", name="x", host_name="h")
    assert len(set(names(same, same, same))) == 3


def test_names_are_cleaned():
    assert names(ComputerSystem(host_name="a\x1b[2Jb")) == ["a\ufffd[2Jb"]
