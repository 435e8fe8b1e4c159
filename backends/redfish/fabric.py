"""Switched fabrics by their links: domains, switches, and who hangs on which port.

DSP0268 Fabric v1.4, Switch v1.11, Port v1.19. Only fabrics that have switches are shown; those of PCIe inside a tray
are its own business.
"""

from backends.model.topology import Confidence, Kind, Relation
from backends.redfish.concurrency import gather
from backends.redfish.parts import Plant, Sight
from backends.redfish.resource import Resource
from backends.redfish.round import Round
from backends.redfish.views import ENVIRONMENT, PORT

_SHOWN = frozenset({"NVLink", "InfiniBand", "Ethernet"})


async def find_fabrics(round_: Round, plant: Plant, collection: str) -> None:
    """Every fabric that is more than a tray's own."""
    fabrics = await round_.resources(collection)
    await gather(*(_fabric(round_, plant, one) for one in fabrics.values()))


async def _fabric(round_: Round, plant: Plant, fabric: Resource) -> None:
    if fabric.text("FabricType") not in _SHOWN:
        return
    switches = await round_.resources(fabric.link("Switches"))
    if not switches:
        return
    domain = ""
    if fabric.text("FabricType") == "NVLink":
        domain = plant.add(Kind.NVLINK_DOMAIN, fabric)
    await gather(*(_switch(round_, plant, one, domain) for one in switches.values()))


async def _switch(round_: Round, plant: Plant, switch: Resource, domain: str) -> None:
    id_ = plant.add(Kind.SWITCH, switch)
    if domain:
        plant.tie(domain, id_, Relation.CONNECTS)
    for chassis in switch.links("Links/Chassis"):
        plant.tie(chassis, id_, Relation.CONTAINS)
    if metrics := await round_.resource(switch.link("EnvironmentMetrics")):
        plant.seen(metrics)
        plant.look(id_, Sight(metrics.path, ENVIRONMENT))
    for port in (await round_.resources(switch.link("Ports"))).values():
        plant.seen(port)
        plant.look(id_, Sight(port.path, PORT, port.path.rpartition("/")[0]))
        for far in (*port.links("Links/ConnectedPorts"), *port.links("Links/AssociatedEndpoints")):
            plant.tie(id_, far, Relation.CONNECTS, Confidence.EXACT)
    for end in switch.links("Links/Endpoints"):
        plant.tie(id_, end, Relation.CONNECTS, Confidence.INFERRED)
