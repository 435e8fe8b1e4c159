"""Who a host says it is, before anybody trusts it: its SSH host key, or the certificate of its HTTPS service.

Nothing is sent beyond the handshake, and nothing is accepted: a person compares what is returned here with what they
know from elsewhere, and only then is it written down as trusted.
"""

import asyncio
import socket
import ssl
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from msgspec import Struct

from backends.clean import clean
from backends.errors import Unreachable
from backends.model.endpoint import SshEndpoint
from backends.transport.ssh_connect import Hop, read_options
from backends.transport.ssh_errors import connect_error, hung
from backends.transport.ssh_library import asyncssh
from backends.transport.tls import WrongPin, client_context


class HostKey(Struct, frozen=True, kw_only=True):
    """An SSH host key. `line` is its line of known_hosts; `known_in` the file that has it already, None for none.

    `changed_in` is a file that knows another key of this host.
    """

    algorithm: str
    fingerprint: str
    line: str
    known_in: Path | None = None
    changed_in: Path | None = None


class Certificate(Struct, frozen=True, kw_only=True):
    """An HTTPS service's certificate. `verified`: an authority that this machine trusts vouches for it and its name."""

    fingerprint: str
    subject: str
    issuer: str
    not_after: datetime
    verified: bool


async def host_key(endpoint: SshEndpoint) -> HostKey:
    """The host key of an endpoint that is reached without a jump. Raises backends.errors."""
    hop = Hop(host=endpoint.host, port=endpoint.port, user=endpoint.user)
    options, known = await asyncio.to_thread(read_options, endpoint, hop)
    try:
        async with asyncio.timeout(endpoint.connect_timeout_s):
            key = await asyncssh.get_server_host_key(options.host, options.port, config=None)
    except TimeoutError:
        raise hung(endpoint.host, endpoint.connect_timeout_s, connected=False) from None
    except (OSError, asyncssh.Error) as error:
        raise connect_error(error, endpoint.host, None, options.username) from error
    if key is None:
        raise Unreachable("sshd showed no host key", where=endpoint.host)
    port = None if options.port == asyncssh.DEFAULT_PORT else options.port
    trusted, _, _ = known(options.host, "", port)
    exported = key.export_public_key("openssh").decode().split()
    name = options.host if port is None else f"[{options.host}]:{port}"
    same = any(one.public_data == key.public_data for one in trusted)
    return HostKey(
        algorithm=exported[0],
        fingerprint=key.get_fingerprint(),
        line=f"{name} {exported[0]} {exported[1]}",
        known_in=known.found_in if same else None,
        changed_in=known.found_in if not same else None,
    )


async def certificate(url: str, *, timeout_s: float) -> Certificate:
    """The certificate of an https URL. Raises Unreachable."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    verified = await _handshake(host, port, client_context(), timeout_s) is None
    # A pin that no certificate has: the handshake tells which one was presented, and fails.
    presented = await _handshake(host, port, client_context(fingerprint="0" * 64), timeout_s)
    if presented is None or not presented.certificate:
        raise Unreachable("it showed no certificate", where=url)
    try:
        found = x509.load_der_x509_certificate(presented.certificate)
    except ValueError as error:
        raise Unreachable(f"its certificate cannot be read: {clean(str(error))}", where=url) from None
    return Certificate(
        fingerprint=presented.presented,
        subject=clean(found.subject.rfc4514_string(), 200),
        issuer=clean(found.issuer.rfc4514_string(), 200),
        not_after=found.not_valid_after_utc,
        verified=verified,
    )


async def _handshake(host: str, port: int, context: ssl.SSLContext, timeout_s: float) -> WrongPin | None:
    """None after a handshake that succeeded, the refusal of a pin, or an empty one of any other distrust."""
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except WrongPin as refusal:
        return refusal
    except ssl.SSLCertVerificationError:
        return WrongPin("")
    except TimeoutError:
        raise Unreachable(f"no answer within {timeout_s:g} s", where=f"https://{host}:{port}") from None
    except ConnectionRefusedError:
        what = "connection refused (is the controller up, and is this its port?)"
        raise Unreachable(what, where=f"https://{host}:{port}") from None
    except socket.gaierror:
        what = "the host name is unknown (check it, and the name service)"
        raise Unreachable(what, where=f"https://{host}:{port}") from None
    except (OSError, ssl.SSLError) as error:
        what = clean(error.strerror or str(error), 120)
        raise Unreachable(f"no TLS there: {what}", where=f"https://{host}:{port}") from None
    writer.close()
    return None
