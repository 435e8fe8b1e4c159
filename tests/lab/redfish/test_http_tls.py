"""Who is trusted over TLS: real handshakes with certificates made here."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backends.errors import Unreachable, Untrusted
from backends.transport.tls import WrongPin, client_context

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@dataclass
class Identity:
    context: ssl.SSLContext
    pem: Path
    fingerprint: str


@pytest.fixture
def identity(tmp_path):
    """`identity(name, ends=…, address=…)`: a self-signed certificate for 127.0.0.1 and a server context with it."""

    def make(name: str, *, ends: dt.datetime = NOW + DAY, address: str = "127.0.0.1") -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 10 * DAY)
            .not_valid_after(ends)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem, secret = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, secret)
        return Identity(context, pem, certificate.fingerprint(hashes.SHA256()).hex())

    return make


async def test_unknown_authority_is_refused_before_anything_is_sent(serve, client, reply, identity):
    served = await serve(lambda _: reply(200, {}), identity("bmc").context)
    with pytest.raises(Untrusted, match=r"is not trusted: self-signed certificate \(set ca_file"):
        await client(served.url).get("/", headers={"X-Auth-Token": "t"})
    assert served.seen == []


async def test_ca_file_is_trusted(serve, client, reply, identity):
    bmc = identity("bmc")
    served = await serve(lambda _: reply(200, {}), bmc.context)
    assert (await client(served.url, ca_file=str(bmc.pem)).get("/")).status == 200


async def test_another_ca_is_not(serve, client, reply, identity):
    served = await serve(lambda _: reply(200, {}), identity("bmc").context)
    with pytest.raises(Untrusted, match="self-signed certificate"):
        await client(served.url, ca_file=str(identity("other").pem)).get("/")


async def test_expired_certificate_says_so(serve, client, reply, identity):
    bmc = identity("bmc", ends=NOW - DAY)
    served = await serve(lambda _: reply(200, {}), bmc.context)
    with pytest.raises(Untrusted, match=r"certificate has expired \(renew it on the controller"):
        await client(served.url, ca_file=str(bmc.pem)).get("/")


async def test_certificate_for_another_address_says_so(serve, client, reply, identity):
    bmc = identity("bmc", address="127.0.0.9")
    served = await serve(lambda _: reply(200, {}), bmc.context)
    with pytest.raises(Untrusted, match=r"mismatch.*use the name in the certificate"):
        await client(served.url, ca_file=str(bmc.pem)).get("/")


@pytest.mark.parametrize("written", [str, str.upper, lambda hexed: ":".join(hexed[i : i + 2] for i in range(0, 64, 2))])
async def test_right_pin_is_accepted_whatever_else_is_wrong_with_it(serve, client, reply, identity, written):
    bmc = identity("bmc", ends=NOW - DAY, address="127.0.0.9")
    served = await serve(lambda _: reply(200, {}), bmc.context)
    assert (await client(served.url, fingerprint=written(bmc.fingerprint)).get("/")).status == 200


async def test_wrong_pin_is_refused_before_anything_is_sent(serve, client, reply, identity):
    bmc, other = identity("bmc"), identity("other")
    served = await serve(lambda _: reply(200, {}), bmc.context)
    pinned = client(served.url, fingerprint=other.fingerprint, ca_file=str(bmc.pem))
    with pytest.raises(Untrusted, match=f"not the pinned one; it presents SHA-256 {bmc.fingerprint}"):
        await pinned.get("/", headers={"X-Auth-Token": "t"})
    assert served.seen == []


def test_pin_sits_in_the_handshake_itself(identity):
    bmc, other = identity("bmc"), identity("other")
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    wrong = client_context(fingerprint=other.fingerprint).wrap_bio(theirs, ours, server_hostname="bmc")
    server = bmc.context.wrap_bio(ours, theirs, server_side=True)
    with pytest.raises(WrongPin):
        _shake_hands(wrong, server)


def _shake_hands(*sides: ssl.SSLObject) -> None:
    for side in sides * 10:
        with contextlib.suppress(ssl.SSLWantReadError):
            side.do_handshake()


async def test_pin_that_is_no_sha256_is_refused_without_a_connection(serve, client, reply, identity):
    served = await serve(lambda _: reply(200, {}), identity("bmc").context)
    with pytest.raises(Untrusted, match="must be 64 hex digits"):
        await client(served.url, fingerprint="ab:cd").get("/")
    assert served.connections == 0


async def test_ca_file_that_cannot_be_read(serve, client, reply, identity, tmp_path):
    served = await serve(lambda _: reply(200, {}), identity("bmc").context)
    (tmp_path / "empty.pem").write_text("nothing")
    for name, said in (("missing.pem", "No such file"), ("empty.pem", "no PEM certificate")):
        with pytest.raises(Untrusted, match=said):
            await client(served.url, ca_file=str(tmp_path / name)).get("/")


async def test_https_asked_of_a_plain_port(client):
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match=r"TLS failed: .*does this port speak HTTPS"):
            await client(f"https://127.0.0.1:{port}").get("/")
