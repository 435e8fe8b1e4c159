"""Assemblies: the replaceable boards of a tray, with what a spare has to be (DSP0268 Assembly v1.6)."""

from backends.simulator.gpu import MODEL
from backends.simulator.node import SOCKETS
from backends.simulator.redfish.cpus import gpus_of
from backends.simulator.redfish.plant.frame import tray_node
from backends.simulator.redfish.plant.state import VERSION, identity
from backends.simulator.redfish.resource import Body, Resource, Value, head, uri
from backends.simulator.world import World


def assembly(world: World, id_: str) -> Resource | None:
    """The boards of a tray: its own, and a module for each CPU and the GPUs beside it."""
    node = tray_node(world, id_)
    if node is None:
        return None
    path = uri("Chassis", id_, "Assembly")
    boards = [("Tray board", "GB300 tray board", "SystemBoard")]
    boards += [
        (f"Module {index}", f"Grace with {len(gpus_of(node, index))} x {MODEL}", "ComputeBay")
        for index in range(SOCKETS)
    ]
    members: list[Value] = [_board(world, path, number, *board) for number, board in enumerate(boards)]
    body = head(path, "Assembly.v1_5_1.Assembly", "Assembly", f"Assemblies of {id_}")
    return Resource({**body, "Assemblies": members, "Assemblies@odata.count": len(members)})


def _board(world: World, path: str, number: int, name: str, model: str, context: str) -> Body:
    made = identity(world, f"{path}/{number}", model)
    return {
        "@odata.id": f"{path}#/Assemblies/{number}",
        "MemberId": str(number),
        "Name": name,
        "Vendor": made["Manufacturer"],
        "Model": model,
        "PartNumber": made["PartNumber"],
        "SerialNumber": made["SerialNumber"],
        "Version": VERSION,
        "PhysicalContext": context,
        "Replaceable": True,
        "Status": {"State": "Enabled", "Health": "OK"},
    }
