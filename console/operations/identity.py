"""Who is asking, and the name of what they ask: both go into the mark on the cluster."""

import getpass
import secrets

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
