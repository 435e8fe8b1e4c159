"""Signing requests, and the exchange of the listener's certificate (DSP0268 CertificateService v1.2).

A request makes a key that stays here; the certificate that comes back for it takes the place of the old one at once,
for every connection opened from then on. Nothing of a private key is ever shown.
"""

from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backends.simulator.redfish.certificates import Certificates
from backends.simulator.redfish.errors import Refused
from backends.simulator.redfish.offers import actions_body
from backends.simulator.redfish.resource import Action, Body, Outcome, Parameter, Resource, Value, head, uri

INFO = uri("CertificateService", "GenerateCSRActionInfo")
_SERVICE = uri("CertificateService")
_GENERATE, _REPLACE = "CertificateService.GenerateCSR", "CertificateService.ReplaceCertificate"
_SUBJECT = {
    "CommonName": NameOID.COMMON_NAME,
    "Organization": NameOID.ORGANIZATION_NAME,
    "OrganizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "City": NameOID.LOCALITY_NAME,
    "State": NameOID.STATE_OR_PROVINCE_NAME,
    "Country": NameOID.COUNTRY_NAME,
}
_ALGORITHM, _CURVE = "TPM_ALG_ECDSA", "TPM_ECC_NIST_P256"
_TYPES = ("PEM", "PEMchain")

Install = Callable[[str, str], None]


class Signing:
    """The actions of the certificate service. `install` puts a certificate and its key, both PEM, into the listener."""

    def __init__(self, certificates: Certificates) -> None:
        self.install: Install | None = None
        self._certificates = certificates
        self._key: ec.EllipticCurvePrivateKey | None = None

    def over(self, service: Resource) -> Resource:
        """The certificate service, with what it does."""
        text = Parameter(required=True)
        link = Parameter(kind=dict, required=True)
        actions = {
            _GENERATE: Action(run=self._generate, parameters=_request_parameters()),
            _REPLACE: Action(
                run=self._replace,
                parameters={
                    "CertificateString": text,
                    "CertificateType": Parameter(required=True, allowed=_TYPES),
                    "CertificateUri": link,
                },
            ),
        }
        body = actions_body(_SERVICE, actions)["Actions"]
        if isinstance(body, dict):
            generate = body[f"#{_GENERATE}"]
            body[f"#{_GENERATE}"] = {**(generate if isinstance(generate, dict) else {}), "@Redfish.ActionInfo": INFO}
        return Resource({**service.body, "Actions": body}, actions=actions)

    def info(self) -> Resource:
        """What a signing request takes (DSP0268 ActionInfo v1.6)."""
        kinds: dict[object, str] = {str: "String", dict: "Object", list: "StringArray"}
        rows: list[Value] = []
        for name, known in _request_parameters().items():
            row: Body = {"Name": name, "Required": known.required, "DataType": kinds[known.kind]}
            if known.allowed:
                row["AllowableValues"] = [*known.allowed]
            rows.append(row)
        own = head(INFO, "ActionInfo.v1_6_0.ActionInfo", "GenerateCSRActionInfo", "What a signing request takes")
        return Resource({**own, "Parameters": rows})

    def _generate(self, asked: Body) -> Outcome:
        """Make a key and a request for it. The last request made is the one that may be answered."""
        self._check_link(asked, "CertificateCollection", self._certificates.collection())
        try:
            subject = x509.Name(
                [x509.NameAttribute(oid, str(asked[name])) for name, oid in _SUBJECT.items() if asked.get(name)]
            )
        except ValueError as wrong:  # a country of more than two letters, a name too long
            raise Refused(400, "ActionParameterValueFormatError", "Country") from wrong
        others = asked.get("AlternativeNames", [])
        names = [x509.DNSName(str(other)) for other in others] if isinstance(others, list) else []
        self._key = ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        pem = builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
        return Outcome(body={"CSRString": pem, "CertificateCollection": asked["CertificateCollection"]})

    def _replace(self, asked: Body) -> Outcome:
        """Put the certificate in place that was made for the last request; raises Refused for any other."""
        own = self._certificates.get("1")
        self._check_link(asked, "CertificateUri", own)
        pem = str(asked["CertificateString"])
        try:
            certificate = x509.load_pem_x509_certificate(pem.encode())
        except ValueError as wrong:
            raise Refused(400, "ActionParameterValueFormatError", "CertificateString") from wrong
        if self._key is None or self.install is None or certificate.public_key() != self._key.public_key():
            raise Refused(400, "ActionParameterValueFormatError", "CertificateString")
        plain = serialization.NoEncryption()
        key = self._key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        self.install(pem, key.decode())
        self._certificates.replace(pem)
        self._key = None
        return Outcome(headers={"Location": str(asked_uri(asked["CertificateUri"]))})

    def _check_link(self, asked: Body, name: str, resource: Resource | None) -> None:
        if resource is None or asked_uri(asked[name]) != resource.body["@odata.id"]:
            raise Refused(400, "ActionParameterValueFormatError", name)


def asked_uri(link: Value) -> Value:
    """The path in a link."""
    return link.get("@odata.id") if isinstance(link, dict) else None


def _request_parameters() -> dict[str, Parameter]:
    return {
        "CertificateCollection": Parameter(kind=dict, required=True),
        **{name: Parameter(required=name == "CommonName") for name in _SUBJECT},
        "AlternativeNames": Parameter(kind=list),
        "KeyPairAlgorithm": Parameter(allowed=(_ALGORITHM,)),
        "KeyCurveId": Parameter(allowed=(_CURVE,)),
    }
