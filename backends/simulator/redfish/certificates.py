"""The certificate of the controller's own listener, as Redfish shows it (DSP0268 Certificate v1.11).

It is the very one that clients meet on the wire: whoever pins it can compare. Over plain HTTP there is none.
"""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from backends.simulator.redfish.resource import Resource, Value, collection, head, ref, uri

_PROTOCOL = ("Managers", "controller", "NetworkProtocol")
_HTTPS = (*_PROTOCOL, "HTTPS", "Certificates")
_ID = "1"
_SERIAL_BYTES = 20


class Certificates:
    """What is said of the certificate in `pem`; empty for a controller without TLS."""

    def __init__(self, pem: str) -> None:
        self._pem = pem

    def service(self) -> Resource:
        """The certificate service; what it does is `signing`'s."""
        path = uri("CertificateService")
        body = head(path, "CertificateService.v1_2_2.CertificateService", "CertificateService", "Certificate service")
        return Resource({**body, "CertificateLocations": ref("CertificateService", "CertificateLocations")})

    def replace(self, pem: str) -> None:
        """The listener has another certificate."""
        self._pem = pem

    def locations(self) -> Resource:
        """Where certificates are: behind the listener."""
        path = uri("CertificateService", "CertificateLocations")
        type_ = "CertificateLocations.v1_0_4.CertificateLocations"
        body = head(path, type_, "CertificateLocations", "Certificate locations")
        members: list[Value] = [*(ref(*_HTTPS, id_) for id_ in self._ids())]
        return Resource({**body, "Links": {"Certificates": members, "Certificates@odata.count": len(members)}})

    def collection(self) -> Resource:
        """The certificates of the HTTPS listener."""
        members = [uri(*_HTTPS, id_) for id_ in self._ids()]
        return collection(uri(*_HTTPS), "Certificate", "HTTPS certificates", members)

    def get(self, id_: str) -> Resource | None:
        """The certificate itself."""
        if id_ not in self._ids():
            return None
        own = x509.load_pem_x509_certificate(self._pem.encode())
        usage: list[Value] = ["Web"]
        return Resource(
            {
                **head(uri(*_HTTPS, id_), "Certificate.v1_9_0.Certificate", id_, "HTTPS certificate"),
                "CertificateString": self._pem,
                "CertificateType": "PEM",
                "CertificateUsageTypes": usage,
                "Issuer": {"CommonName": _common_name(own.issuer)},
                "Subject": {"CommonName": _common_name(own.subject)},
                "ValidNotBefore": own.not_valid_before_utc.isoformat(),
                "ValidNotAfter": own.not_valid_after_utc.isoformat(),
                "SerialNumber": own.serial_number.to_bytes(_SERIAL_BYTES).hex(":"),
                "Fingerprint": own.fingerprint(hashes.SHA256()).hex(":"),
                "FingerprintHashAlgorithm": "TPM_ALG_SHA256",
            }
        )

    def _ids(self) -> tuple[str, ...]:
        return (_ID,) if self._pem else ()


def _common_name(name: x509.Name) -> str:
    return str(name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
