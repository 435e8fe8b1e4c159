"""How the controller is on the network: its interface, its names and what it listens to.

It is what it says: a simulated pod is served on loopback, and its address and port are those that clients have used.
"""

from backends.simulator.redfish.plant.state import identifier
from backends.simulator.redfish.resource import Body, Resource, Value, collection, head, ref, uri
from backends.simulator.world import World, stable_id

_MANAGER = ("Managers", "controller")
_PROTOCOL = (*_MANAGER, "NetworkProtocol")
_INTERFACES = (*_MANAGER, "EthernetInterfaces")
_PORT = "eth0"
_ADDRESS, _MASK = "127.0.0.1", "255.0.0.0"
_DOMAIN = "pod.internal"


class Network:
    """The network of one controller: `port` is the listener's, 0 until somebody has asked; `tls` is its encryption."""

    def __init__(self, *, tls: bool) -> None:
        self.port = 0
        self._tls = tls

    def protocol(self, world: World) -> Resource:
        """What the controller listens to."""
        type_ = "ManagerNetworkProtocol.v1_10_1.ManagerNetworkProtocol"
        return Resource(
            {
                **head(uri(*_PROTOCOL), type_, "NetworkProtocol", "Network protocols of the controller"),
                **_names(world),
                "HTTPS": {**self._listens(on=self._tls), "Certificates": ref(*_PROTOCOL, "HTTPS", "Certificates")},
                "HTTP": self._listens(on=not self._tls),
                "Status": {"State": "Enabled", "Health": "OK"},
            }
        )

    def interfaces(self) -> Resource:
        """The interfaces: one."""
        path = uri(*_INTERFACES)
        return collection(path, "EthernetInterface", "Ethernet interfaces", [f"{path}/{_PORT}"])

    def interface(self, world: World, id_: str) -> Resource | None:
        """The management interface."""
        if id_ != _PORT:
            return None
        mac = stable_id(world.shape.seed, world.shape.pod, "mac")[:3].hex(":")
        address: Value = {
            "Address": _ADDRESS,
            "SubnetMask": _MASK,
            "AddressOrigin": "Static",
            "Gateway": None,
        }
        servers: list[Value] = []
        return Resource(
            {
                **head(uri(*_INTERFACES, id_), "EthernetInterface.v1_12_5.EthernetInterface", id_, "Management port"),
                **_names(world),
                "MACAddress": f"02:00:5e:{mac}",
                "PermanentMACAddress": f"02:00:5e:{mac}",
                "SpeedMbps": 1_000,
                "FullDuplex": True,
                "InterfaceEnabled": True,
                "LinkStatus": "LinkUp",
                "IPv4Addresses": [address],
                "NameServers": servers,
                "Status": {"State": "Enabled", "Health": "OK"},
            }
        )

    def _listens(self, *, on: bool) -> Body:
        return {"ProtocolEnabled": on, "Port": self.port if on else None}


def manager_identity(world: World) -> Body:
    """What says which controller it is."""
    return {
        "UUID": identifier(world, f"{world.shape.pod}-controller"),
        "SerialNumber": stable_id(world.shape.seed, world.shape.pod, "controller").hex()[:12].upper(),
        "EthernetInterfaces": ref(*_INTERFACES),
    }


def _names(world: World) -> Body:
    host = f"{world.shape.pod}-controller"
    return {"HostName": host, "FQDN": f"{host}.{_DOMAIN}"}
