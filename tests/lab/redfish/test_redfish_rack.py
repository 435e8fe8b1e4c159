"""A rack controller that aggregates trays, made up: many hosts behind one service, with and without `$expand`."""

import pytest

from backends.model.severity import Severity

V1 = "/redfish/v1"
TRAYS = range(1, 7)


def link(path):
    return {"@odata.id": f"{V1}{path}"}


def rack():
    found = {"": {"Name": "r", "Systems": link("/Systems"), "Chassis": link("/Chassis")}}
    found[""]["ProtocolFeaturesSupported"] = {"ExpandQuery": {"NoLinks": True}}
    found["/Systems"] = {"Name": "s", "Members": [link(f"/Systems/{n}") for n in TRAYS]}
    found["/Chassis"] = {"Name": "c", "Members": [link("/Chassis/R"), *(link(f"/Chassis/{n}") for n in TRAYS)]}
    found["/Chassis/R"] = {"Id": "R", "Name": "r7", "ChassisType": "Rack", "Status": {"Health": "OK"}}
    for n in TRAYS:
        found[f"/Systems/{n}"] = {
            "Id": str(n),
            "Name": f"node{n}",
            "PowerState": "On",
            "Status": {"HealthRollup": "OK"},
            "Boot": {},
            "Links": {"Chassis": [link(f"/Chassis/{n}")]},
        }
        found[f"/Chassis/{n}"] = {
            "Id": str(n),
            "Name": f"tray{n}",
            "ChassisType": "Sled",
            "Status": {"Health": "OK"},
            "Links": {"ContainedBy": link("/Chassis/R")},
            "Location": {"PartLocation": {"LocationOrdinalValue": n}},
        }
    return found


@pytest.mark.parametrize(("expand", "first", "steady"), [(False, 18, 14), (True, 5, 2)])
async def test_trays_of_a_rack_and_what_a_round_costs(serve, hardware, reply, expand, first, steady):
    found = rack()

    def handler(request):
        body = found.get(request.path.removeprefix(V1).rstrip("/"))
        if body is None:
            return reply(404)
        if expand and request.query == "$expand=.":
            members = [member["@odata.id"] for member in body["Members"]]
            return reply(200, {**body, "Members": [{"@odata.id": p, **found[p.removeprefix(V1)]} for p in members]})
        whole = {"@odata.id": request.path, **body}
        return reply(200, whole)

    served = await serve(handler)
    adapter = hardware(served.url)
    inventory = await adapter.inventory()
    assert adapter.requests == first
    assert {name: (one.rack, one.chassis, one.slot) for name, one in inventory.systems.items()} == {
        f"node{n}": ("r7", f"tray{n}", n) for n in TRAYS
    }
    assert len(inventory.components) == 7
    assert len(inventory.edges) == 12

    found["/Chassis/3"]["Status"] = {"Health": "Critical"}
    before = adapter.requests
    again = await adapter.inventory()
    assert adapter.requests - before == steady
    assert [one for one, facts in again.facts.items() if facts.health is Severity.CRITICAL] == ["tray:r7/tray3"]
    assert again.components == inventory.components
    assert served.most_at_once <= 4
