"""The certificate of a simulated controller: signed by itself, as real controllers come, and pinned by its clients."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

_DAYS = 30


class Certificate(Struct, frozen=True):
    """A certificate and its key, in files. `fingerprint` is the SHA-256 of the certificate, in hex."""

    file: Path
    key_file: Path
    fingerprint: str


def make_certificate(folder: Path, host: str) -> Certificate:
    """Make a P-256 key and a certificate for an address, in a folder of the caller's. Costs 1 ms."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "megapod simulated pod controller")])
    now = datetime.now(UTC)
    names = [x509.IPAddress(IPv4Address(host)), x509.DNSName("localhost")]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key_file = folder / "bmc-key.pem"
    key_file.touch(mode=0o600)
    key_file.write_bytes(private)
    file = folder / "bmc-certificate.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Certificate(file, key_file, certificate.fingerprint(hashes.SHA256()).hex())
