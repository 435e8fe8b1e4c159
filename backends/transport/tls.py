"""How the far side of an HTTPS connection is trusted: the system's authorities, a CA file, or one pinned certificate.

There is no fourth way: nothing here makes a context that accepts any certificate.
"""

import hashlib
import hmac
import ssl
from functools import cache

from backends.errors import Untrusted

_SHA256_HEX_DIGITS = 64


class WrongPin(ssl.SSLCertVerificationError):
    """The certificate presented is not the pinned one. `presented` is its SHA-256 in hex, `certificate` its DER."""

    def __init__(self, presented: str, certificate: bytes = b"") -> None:
        super().__init__(1, "the certificate is not the pinned one")
        self.presented = presented
        self.certificate = certificate


def client_context(*, ca_file: str = "", fingerprint: str = "", where: str = "") -> ssl.SSLContext:
    """The context for one endpoint; `fingerprint` (SHA-256 of the leaf, hex, colons allowed) wins over `ca_file`.

    Raises Untrusted when the CA file or the fingerprint cannot be used, before any connection is made.
    """
    if fingerprint:
        return _pinned(_digits(fingerprint, where))
    if not ca_file:
        return _system()
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one: a file that is not PEM
        what = (
            error.strerror if error.filename or not isinstance(error, ssl.SSLError) else "it holds no PEM certificate"
        )
        raise Untrusted(
            f"the CA file {ca_file} cannot be used: {what}", where=where, remedy="set ca_file to a readable PEM bundle"
        ) from None


@cache
def _system() -> ssl.SSLContext:
    """The system's authorities, loaded once: it costs 10 ms and more, and a pod has many controllers."""
    return ssl.create_default_context()


def _digits(fingerprint: str, where: str) -> str:
    digits = fingerprint.replace(":", "").replace(" ", "").lower().removeprefix("sha256")
    if len(digits) != _SHA256_HEX_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise Untrusted(
            "the configured fingerprint is not a SHA-256: it must be 64 hex digits",
            where=where,
            remedy="take it from `openssl x509 -noout -fingerprint -sha256`",
        )
    return digits


def _pinned(expected: str) -> ssl.SSLContext:
    """A context whose handshake fails on any certificate but one.

    The chain is not verified because the pin replaces it: controllers sign their own certificates. The check sits
    in the handshake itself (`sslobject_class` for asyncio, `sslsocket_class` for blocking sockets), so that no user
    of the context can connect without it and no byte of a request is written to an unknown peer.
    """

    def check(certificate: bytes | None) -> None:
        presented = hashlib.sha256(certificate or b"").hexdigest()
        if not hmac.compare_digest(presented, expected):
            raise WrongPin(presented, certificate or b"")

    class PinnedObject(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            check(self.getpeercert(binary_form=True))

    class PinnedSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002  (the signature it overrides)
            super().do_handshake(block)
            check(self.getpeercert(binary_form=True))

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = PinnedObject
    context.sslsocket_class = PinnedSocket
    return context
