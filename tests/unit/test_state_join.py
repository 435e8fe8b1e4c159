from console.state.join import join, node_names


def test_a_system_joins_on_its_name_or_its_first_label_else_stands_alone():
    assert node_names(["n1", "n2.pod.example", "N3.POD.EXAMPLE", "x9"], {"n1", "n2", "n3"}) == {
        "n1": "n1",
        "n2.pod.example": "n2",
        "N3.POD.EXAMPLE": "n3",
        "x9": "x9",
    }


def test_a_scheduler_that_spells_names_in_capitals_is_joined_too():
    assert node_names(["GPU1.pod.example"], {"GPU1"}) == {"GPU1.pod.example": "GPU1"}


def test_a_system_with_the_very_name_goes_first_and_neither_is_hidden():
    assert node_names(["n1.east", "n1", "n2.east", "n2.west"], {"n1", "n2"}) == {
        "n1.east": "n1.east",
        "n1": "n1",
        "n2.east": "n2",
        "n2.west": "n2.west",
    }


def test_each_side_stays_apart_and_missing_ones_are_none(make):
    nodes = join({"n1": make.facts(), "n2": make.facts()}, {"n2.x": make.hardware(), "n9": make.hardware()}, {}, {})
    assert list(nodes) == ["n1", "n2", "n9"]
    assert nodes["n1"].hardware is None
    assert nodes["n2"].scheduler
    assert nodes["n2"].hardware
    assert nodes["n9"].scheduler is None


def test_the_group_is_the_rack_whoever_told_it(make):
    scheduler = {"n1": make.facts(), "n2": make.facts(), "n3": make.facts()}
    hardware = {"n1": make.hardware(rack="r7"), "n2": make.hardware(rack="r7"), "n3": make.hardware()}
    places = {"n1": ("", "leaf1"), "n2": ("r1", "r1"), "n3": ("", "leaf1")}
    nodes = join(scheduler, hardware, places, {})
    assert [(node.rack, node.group) for node in nodes.values()] == [("r7", "r7"), ("r1", "r1"), ("", "leaf1")]


def test_an_unchanged_node_is_the_same_object(make):
    def once(before, state="IDLE", power_w=None):
        return join({"n1": make.facts(), "n2": make.facts(state)}, {"n2": make.hardware(power_w=power_w)}, {}, before)

    first = once({})
    second = once(first)
    assert second["n1"] is first["n1"]
    assert second["n2"] is first["n2"]
    third = once(second, state="MIXED")
    assert third["n1"] is first["n1"]
    assert third["n2"] is not first["n2"]
    assert third["n2"].hardware is first["n2"].hardware, "only the side that changed is new"
    fourth = once(third, state="MIXED", power_w=900.0)
    assert fourth["n2"].scheduler is third["n2"].scheduler
