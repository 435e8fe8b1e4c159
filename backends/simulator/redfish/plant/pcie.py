"""PCIe devices of a tray: its GPUs as their host sees them (DSP0268 PCIeDevice v1.22, PCIeFunction v1.7)."""

from msgspec import Struct

from backends.simulator.gpu import MODEL, SimGpu
from backends.simulator.node import SimNode
from backends.simulator.plant import gpu_origin
from backends.simulator.redfish.plant.frame import tray_node
from backends.simulator.redfish.plant.state import state
from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, ref, uri
from backends.simulator.strikes import tray_name
from backends.simulator.world import World


class PcieModel(Struct, frozen=True, kw_only=True):
    """What is the same for every GPU of a model; the ids are those that a GB300's own controller gives."""

    part_number: str
    device_id: str
    subsystem_id: str
    vendor_id: str
    generation: str
    lanes: int

    def interface(self, *, up: bool) -> Body:
        """Its PCIe interface; one that is off the bus uses no lanes."""
        return {
            "PCIeType": self.generation,
            "MaxPCIeType": self.generation,
            "LanesInUse": self.lanes if up else 0,
            "MaxLanes": self.lanes,
        }


PCIE = PcieModel(
    part_number="31C2-893-A1",
    device_id="0x31C2",
    subsystem_id="0x21F1",
    vendor_id="0x10DE",
    generation="Gen6",
    lanes=16,
)


def device_path(node: SimNode, gpu: SimGpu) -> str:
    """The PCIe device of a GPU, under the service root."""
    return f"Chassis/{tray_name(node)}/PCIeDevices/GPU_{gpu.index}"


def device_collection(world: World, id_: str) -> Resource | None:
    """The devices of a tray."""
    node = tray_node(world, id_)
    if node is None:
        return None
    members = [uri(device_path(node, gpu)) for gpu in node.gpus]
    return collection(uri("Chassis", id_, "PCIeDevices"), "PCIeDevice", f"PCIe devices of {id_}", members)


def device(world: World, id_: str, name: str) -> Resource | None:
    """A GPU as a PCIe device."""
    found = _find(world, id_, name)
    if found is None:
        return None
    node, gpu = found
    path, up = device_path(node, gpu), node.powered and gpu.answers
    word = "Enabled" if up else "StandbyOffline" if not node.powered else "UnavailableOffline"
    processors: list[Value] = [ref(gpu_origin(node, gpu))]
    return Resource(
        {
            **head(uri(path), "PCIeDevice.v1_19_0.PCIeDevice", name, f"PCIe device {name}"),
            "DeviceType": "SingleFunction",
            "Manufacturer": "NVIDIA",
            "Model": MODEL,
            "PartNumber": PCIE.part_number,
            "SerialNumber": gpu.serial,
            "UUID": gpu.uuid,
            "PCIeInterface": PCIE.interface(up=up),
            "PCIeFunctions": ref(path, "PCIeFunctions"),
            "Status": state(world, gpu_origin(node, gpu), word=word),
            "Links": {"Processors": processors, "Chassis": [ref("Chassis", id_)]},
        }
    )


def function_collection(world: World, id_: str, name: str) -> Resource | None:
    """Its functions: one."""
    found = _find(world, id_, name)
    if found is None:
        return None
    path = uri(device_path(*found), "PCIeFunctions")
    return collection(path, "PCIeFunction", f"Functions of {name}", [f"{path}/0"])


def function(world: World, id_: str, name: str, number: str) -> Resource | None:
    """What the host's bus scan finds."""
    found = _find(world, id_, name)
    if found is None or number != "0":
        return None
    path, processors = device_path(*found), [ref(gpu_origin(*found))]
    return Resource(
        {
            **head(uri(path, "PCIeFunctions", "0"), "PCIeFunction.v1_6_0.PCIeFunction", "0", f"Function 0 of {name}"),
            "FunctionId": 0,
            "FunctionType": "Physical",
            "DeviceClass": "ProcessingAccelerators",
            "ClassCode": "0x120000",
            "DeviceId": PCIE.device_id,
            "VendorId": PCIE.vendor_id,
            "SubsystemId": PCIE.subsystem_id,
            "SubsystemVendorId": PCIE.vendor_id,
            "Links": {"PCIeDevice": ref(path), "Processor": processors[0]},
        }
    )


def _find(world: World, id_: str, name: str) -> tuple[SimNode, SimGpu] | None:
    node = tray_node(world, id_)
    gpu = next((each for each in node.gpus if f"GPU_{each.index}" == name), None) if node else None
    return (node, gpu) if node and gpu else None
