"""What asyncssh and the system raise, said as one line that somebody can act on at 3am."""

import errno
import shlex
import socket

from backends.clean import clean
from backends.errors import AuthFailed, BackendError, TimedOut, Unreachable, Untrusted
from backends.transport.ssh_known_hosts import KnownHosts
from backends.transport.ssh_library import asyncssh

_BY_NUMBER = {
    errno.ECONNREFUSED: ("connection refused", "is sshd running there, and is this the right port?"),
    errno.EHOSTUNREACH: ("no route to the host", "is the machine up, and is the VPN?"),
    errno.ENETUNREACH: ("the network is unreachable", "is this machine's network, or the VPN, up?"),
    errno.ETIMEDOUT: ("no answer to the connection", "is the machine up, and does a firewall drop port 22?"),
    errno.ECONNRESET: ("connection reset before login", "sshd may be full or penalising this address: see its log"),
}


# One return for each kind of error is the plainest table of them.
def connect_error(error: Exception, where: str, known: KnownHosts | None, user: str) -> BackendError:  # noqa: PLR0911
    """The error of a connection that did not come to be."""
    match error:
        case asyncssh.PermissionDenied():
            return AuthFailed(
                f"sshd does not accept any of our keys for user {clean(user)}",
                where=where,
                remedy="check `user`, `identity` and the agent (`ssh-add -l`); sshd locks out whoever keeps trying",
            )
        case asyncssh.HostKeyNotVerifiable():
            return _untrusted(error, where, known)
        case asyncssh.KeyExchangeFailed() if known is not None and known.found_in is not None:
            return _untrusted(error, where, known)
        case asyncssh.ConnectionLost():
            return Unreachable(
                "sshd closed the connection before login",
                where=where,
                remedy="it may be full (MaxStartups) or penalising this address: see its log",
            )
        case asyncssh.ChannelOpenError():
            return Unreachable(
                f"the jump host cannot reach it: {clean(error.reason)}", where=where, remedy="try it from there by hand"
            )
        case asyncssh.Error():
            return Unreachable(f"SSH failed: {clean(error.reason)}", where=where, remedy="`ssh -v` shows more")
        case socket.gaierror():
            return Unreachable("the host name is unknown", where=where, remedy="check `host` and the name service")
        case OSError():
            return _system(error, where)
        case _:
            return Unreachable(f"SSH failed: {clean(str(error))}", where=where, remedy="`ssh -v` shows more")


def settings_error(error: Exception, where: str) -> BackendError:
    """The error of settings that cannot be read: ssh_config, an identity, known_hosts."""
    if isinstance(error, FileNotFoundError) and error.filename:
        what, remedy = f"{clean(str(error.filename))} does not exist", "check `identity` and `config` of the pod's ssh"
    elif isinstance(error, asyncssh.KeyImportError):
        what, remedy = f"a private key cannot be read: {clean(str(error))}", "check `identity` and IdentityFile"
    elif isinstance(error, OSError):
        what, remedy = clean(str(error)), "check its permissions"
    else:
        what, remedy = f"ssh_config: {clean(str(error))}", "correct that line"
    return Unreachable(what, where=where, remedy=remedy)


def hung(where: str, timeout_s: float, *, connected: bool) -> BackendError:
    """The error of a connection or a login that takes too long."""
    if connected:
        what, remedy = "accepts connections but does not answer", "sshd is hung or the machine is out of memory"
    else:
        what, remedy = "no connection", "is the machine up, and does a firewall drop the packets?"
    return TimedOut(f"{what} within {timeout_s:g} s", where=where, remedy=remedy)


def _untrusted(error: asyncssh.Error, where: str, known: KnownHosts | None) -> BackendError:
    if known is not None and known.found_in is not None:
        forget = shlex.join(["ssh-keygen", "-f", str(known.found_in), "-R", known.entry])
        return Untrusted(
            f"its host key is not the one in {known.found_in}",
            where=where,
            remedy=f"reinstalled? find out first, then `{forget}` and `ssh` there once; if not, do not log in",
        )
    entry = known.entry if known is not None else where
    looked_in = known.files[0] if known is not None and known.files else "known_hosts"
    return Untrusted(
        f"its host key is unknown: {clean(entry)} is not in {looked_in} ({clean(error.reason)})",
        where=where,
        remedy="compare the fingerprint on the first `ssh` there by hand; megapod never accepts one by itself",
    )


def _system(error: OSError, where: str) -> BackendError:
    what, remedy = _BY_NUMBER.get(error.errno or 0, (f"no connection: {clean(error.strerror or str(error))}", ""))
    return Unreachable(what, where=where, remedy=remedy)
