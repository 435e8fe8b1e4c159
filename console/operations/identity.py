"""Who is asking, and the name of what they ask: both go into the mark on the cluster."""

import getpass
import os
import pwd
import secrets
import socket
import sys

from backends.clean import clean
from console.operations.event import Actor

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def user() -> str:
    """The login name of the person at the keyboard, fit for a mark: no space and no colon."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "unknown"
    return "".join(char for char in name if char.isprintable() and char not in " :") or "unknown"


def new_operation() -> str:
    """A short id that is easy to read aloud at night (no i, l, o or u): `op-7f3k9x`."""
    return "op-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))


def actor() -> Actor:
    """Who does it, as the kernel knows the user, and from where: an SSH client's address, a terminal, or neither."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = user()
    return Actor(user=name, host=socket.gethostname(), pid=os.getpid(), origin=_origin())


def _origin() -> str:
    client = clean(os.environ.get("SSH_CONNECTION", "")).split(" ")[0]
    parts = [client or _terminal()]
    if sudoer := clean(os.environ.get("SUDO_USER", "")):
        parts.append(f"sudo by {sudoer}")
    return ", ".join(part for part in parts if part)


def _terminal() -> str:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        try:
            return os.ttyname(stream.fileno()).removeprefix("/dev/")
        except (OSError, ValueError, AttributeError):
            continue
    return ""
