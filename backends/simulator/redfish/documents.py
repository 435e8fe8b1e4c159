"""The documents that every client may read: the versions, the OData service document and its metadata."""

import json

from starlette.responses import Response

from backends.simulator.redfish.plant.table import ROOTS, SCHEMAS
from backends.simulator.redfish.resource import ROOT, Value, uri
from backends.simulator.redfish.root import SERVICES

OPEN = ("/redfish", "/redfish/", ROOT, f"{ROOT}/", f"{ROOT}/odata", f"{ROOT}/$metadata")
METADATA = """<?xml version="1.0" encoding="UTF-8"?>
<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
{includes}  <edmx:DataServices>
    <Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Service">
      <EntityContainer Name="Service" Extends="ServiceRoot.v1_21_0.ServiceContainer"/>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
"""
_SCHEMAS = (
    ("ServiceRoot", "v1_21_0"),
    ("CertificateService", "v1_2_2"),
    ("CertificateLocations", "v1_0_4"),
    ("CertificateCollection", ""),
    ("Certificate", "v1_9_0"),
    ("ManagerNetworkProtocol", "v1_10_1"),
    ("EthernetInterfaceCollection", ""),
    ("EthernetInterface", "v1_12_5"),
    ("ActionInfo", "v1_6_0"),
    ("ChassisCollection", ""),
    ("Chassis", "v1_28_0"),
    ("ComputerSystemCollection", ""),
    ("ComputerSystem", "v1_23_1"),
    ("SoftwareInventoryCollection", ""),
    ("SoftwareInventory", "v1_13_0"),
    ("ProcessorCollection", ""),
    ("Processor", "v1_23_0"),
    ("EnvironmentMetrics", "v1_6_0"),
    ("ManagerCollection", ""),
    ("Manager", "v1_20_0"),
    ("SessionService", "v1_1_9"),
    ("SessionCollection", ""),
    ("Session", "v1_7_1"),
)


def document(path: str) -> Response:
    """One of the documents, by its path."""
    headers = {"Allow": "GET, HEAD"}
    if path.endswith("$metadata"):
        return Response(metadata(), headers=headers, media_type="application/xml")
    value: Value = odata_document() if path.endswith("odata") else {"v1": f"{ROOT}/"}
    return Response(json.dumps(value), headers=headers, media_type="application/json")


def odata_document() -> Value:
    """The OData service document."""
    entries: list[Value] = [
        {"name": name, "kind": "Singleton", "url": uri(name)} for name in (*SERVICES, *ROOTS, "TaskService")
    ]
    root: Value = {"name": "Service", "kind": "Singleton", "url": f"{ROOT}/"}
    return {"@odata.context": f"{ROOT}/$metadata", "value": [root, *entries]}


def metadata() -> str:
    """The CSDL document that names the schemas in use."""
    includes = ""
    for name, version in (*_SCHEMAS, *SCHEMAS):
        names = (name, f"{name}.{version}") if version else (name,)
        lines = "".join(f'    <edmx:Include Namespace="{namespace}"/>\n' for namespace in names)
        place = f"http://redfish.dmtf.org/schemas/v1/{name}_v1.xml"
        includes += f'  <edmx:Reference Uri="{place}">\n{lines}  </edmx:Reference>\n'
    return METADATA.format(includes=includes)
