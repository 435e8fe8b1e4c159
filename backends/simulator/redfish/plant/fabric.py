"""Fabrics: the NVLink domain of each rack, its switches and their ports; and the ports of a GPU."""

from msgspec import Struct

from backends.simulator.gpu import SimGpu
from backends.simulator.node import SimNode
from backends.simulator.nvlink import PORT_GBPS, SwitchTray, port_bytes, port_number
from backends.simulator.plant import gpu_origin
from backends.simulator.redfish.plant import chip_link
from backends.simulator.redfish.plant.state import VERSION, identity, part_location, state
from backends.simulator.redfish.resource import Body, Resource, collection, head, ref, uri
from backends.simulator.world import World

_ERRORS_A_DOWN = 1_024


class Line(Struct, frozen=True):
    """One NVLink: from a GPU to a switch of its rack."""

    node: SimNode
    gpu: SimGpu
    switch: SwitchTray

    @property
    def gpu_end(self) -> str:
        """The GPU's port, under the service root."""
        return f"{gpu_origin(self.node, self.gpu)}/Ports/NVLink_{self.switch.index}"

    def switch_end(self, world: World) -> str:
        """The switch's port, under the service root."""
        rack = world.shape.rack_names[self.switch.rack - 1]
        number = port_number(self.node, self.gpu)
        return f"Fabrics/{rack}-nvlink/Switches/{self.switch.name}/Ports/{number}"


def fabric_collection(world: World) -> Resource:
    """One domain a rack."""
    members = [uri("Fabrics", f"{rack}-nvlink") for rack in world.shape.rack_names]
    return collection(uri("Fabrics"), "Fabric", "Fabric Collection", members)


def fabric(world: World, name: str) -> Resource | None:
    """One domain."""
    rack = _rack(world, name)
    if not rack:
        return None
    return Resource(
        {
            **head(uri("Fabrics", name), "Fabric.v1_4_0.Fabric", name, f"NVLink domain {name}"),
            "FabricType": "NVLink",
            "Switches": ref("Fabrics", name, "Switches"),
            "Status": state(world, f"Fabrics/{name}"),
            "Links": {"ManagedBy": [ref("Managers", "controller")]},
        }
    )


def switch_collection(world: World, name: str) -> Resource | None:
    """The switches of a domain."""
    rack = _rack(world, name)
    if not rack:
        return None
    members = [uri("Fabrics", name, "Switches", switch.name) for switch in world.plant.switches_of(rack)]
    return collection(uri("Fabrics", name, "Switches"), "Switch", f"Switches of {name}", members)


def switch(world: World, name: str, id_: str) -> Resource | None:
    """One switch."""
    tray = _switch(world, name, id_)
    if tray is None:
        return None
    return Resource(
        {
            **head(uri("Fabrics", name, "Switches", id_), "Switch.v1_11_0.Switch", id_, f"NVLink switch {id_}"),
            **identity(world, id_, "NVLink switch tray"),
            "SwitchType": "NVLink",
            "SupportedProtocols": ["NVLink"],
            "FirmwareVersion": VERSION,
            "PowerState": "On" if world.plant.lit(tray.rack) else "Off",
            "Location": part_location(f"Switch {tray.index + 1}", tray.index + 1),
            "Ports": ref("Fabrics", name, "Switches", id_, "Ports"),
            "Status": state(world, f"Fabrics/{name}/Switches/{id_}"),
            "Links": {"Chassis": ref("Chassis", id_), "ManagedBy": [ref("Managers", "controller")]},
        }
    )


def switch_ports(world: World, name: str, id_: str) -> Resource | None:
    """One port for each GPU of the rack."""
    tray = _switch(world, name, id_)
    if tray is None:
        return None
    path = uri("Fabrics", name, "Switches", id_, "Ports")
    count = world.shape.nodes_per_rack * world.shape.gpus_per_node
    return collection(path, "Port", f"Ports of {id_}", [f"{path}/{number}" for number in range(1, count + 1)])


def switch_port(world: World, name: str, id_: str, number: str) -> Resource | None:
    """The switch's end of a link."""
    line = _line_of_switch(world, name, id_, number)
    if line is None:
        return None
    end = line.switch_end(world)
    body = _port(world, line, end)
    body["Links"] = {"ConnectedPorts": [ref(line.gpu_end)]}
    return Resource(body)


def switch_port_metrics(world: World, name: str, id_: str, number: str) -> Resource | None:
    """Its counters."""
    line = _line_of_switch(world, name, id_, number)
    return _metrics(world, line, line.switch_end(world)) if line else None


def gpu_ports(world: World, node_name: str, id_: str) -> Resource | None:
    """One port to each switch of the rack; those of a CPU lead to its GPUs."""
    found = _gpu(world, node_name, id_)
    if found is None:
        return chip_link.ports(world, node_name, id_)
    path = uri(gpu_origin(*found), "Ports")
    members = [f"{path}/NVLink_{index}" for index in range(len(world.plant.switches_of(found[0].rack)))]
    return collection(path, "Port", f"NVLink ports of {id_} of {node_name}", members)


def gpu_port(world: World, node_name: str, id_: str, port: str) -> Resource | None:
    """The GPU's end of a link."""
    line = _line_of_gpu(world, node_name, id_, port)
    if line is None:
        return chip_link.port(world, node_name, id_, port)
    body = _port(world, line, line.gpu_end)
    rack = world.shape.rack_names[line.node.rack - 1]
    body["Links"] = {
        "ConnectedPorts": [ref(line.switch_end(world))],
        "ConnectedSwitches": [ref("Fabrics", f"{rack}-nvlink", "Switches", line.switch.name)],
        "ConnectedSwitchPorts": [ref(line.switch_end(world))],
    }
    return Resource(body)


def gpu_port_metrics(world: World, node_name: str, id_: str, port: str) -> Resource | None:
    """Its counters."""
    line = _line_of_gpu(world, node_name, id_, port)
    return _metrics(world, line, line.gpu_end) if line else chip_link.port_metrics(world, node_name, id_, port)


def _port(world: World, line: Line, end: str) -> Body:
    """Either end: both lose the link together."""
    down = line.switch.index in line.gpu.links_down or not line.gpu.answers or not line.node.powered
    failed = line.switch.index in line.gpu.links_down
    own = state(world, line.gpu_end, word="Enabled" if not down or failed else "StandbyOffline")
    name = end.rpartition("/")[2]
    return {
        **head(uri(end), "Port.v1_19_0.Port", name, f"NVLink port {name}"),
        "PortId": name,
        "PortProtocol": "NVLink",
        "PortType": "BidirectionalPort",
        "LinkState": "Enabled",
        "LinkStatus": "LinkDown" if failed else "NoLink" if down else "LinkUp",
        "InterfaceEnabled": True,
        "CurrentSpeedGbps": 0 if down else PORT_GBPS,
        "MaxSpeedGbps": PORT_GBPS,
        "LinkTransitionIndicator": line.gpu.link_downs.get(line.switch.index, 0),
        "Metrics": ref(end, "Metrics"),
        "Status": own,
    }


def _metrics(world: World, line: Line, end: str) -> Resource:
    sent = port_bytes(line.gpu, len(world.plant.switches_of(line.node.rack)), world.now_s)
    errors = _ERRORS_A_DOWN * line.gpu.link_downs.get(line.switch.index, 0)
    return Resource(
        {
            **head(uri(end, "Metrics"), "PortMetrics.v1_9_0.PortMetrics", "Metrics", f"Metrics of {end}"),
            "RXBytes": sent,
            "TXBytes": sent,
            "RXErrors": errors,
            "TXErrors": 0,
        }
    )


def _rack(world: World, name: str) -> int:
    """The rack of a domain, counted from 1; 0 for none."""
    rack = name.removesuffix("-nvlink")
    known = name.endswith("-nvlink") and rack in world.shape.rack_names
    return world.shape.rack_names.index(rack) + 1 if known else 0


def _switch(world: World, name: str, id_: str) -> SwitchTray | None:
    rack, tray = _rack(world, name), world.plant.switches.get(id_)
    return tray if tray is not None and tray.rack == rack else None


def _line_of_switch(world: World, name: str, id_: str, number: str) -> Line | None:
    tray = _switch(world, name, id_)
    gpus = world.shape.gpus_per_node
    if tray is None or not number.isdecimal() or not 1 <= int(number) <= world.shape.nodes_per_rack * gpus:
        return None
    slot, index = divmod(int(number) - 1, gpus)
    node = world.racks[tray.rack - 1][slot]
    return Line(node, node.gpus[index], tray)


def _line_of_gpu(world: World, node_name: str, id_: str, port: str) -> Line | None:
    found = _gpu(world, node_name, id_)
    if found is None:
        return None
    trays = world.plant.switches_of(found[0].rack)
    tray = next((each for each in trays if port == f"NVLink_{each.index}"), None)
    return Line(*found, tray) if tray else None


def _gpu(world: World, node_name: str, id_: str) -> tuple[SimNode, SimGpu] | None:
    node = world.nodes.get(node_name)
    gpu = next((each for each in node.gpus if f"GPU_{each.index}" == id_), None) if node else None
    return (node, gpu) if node and gpu else None
