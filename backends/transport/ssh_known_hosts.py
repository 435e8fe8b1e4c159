"""Which host keys we know, and from which file: always checked, never learned.

asyncssh reads known_hosts itself, but stops checking altogether at `UserKnownHostsFile none`, fails on a file that is
not there, and says the same of a changed key as of an unknown host. Those differ at 3am, so we look them up ourselves
and remember what was found.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import asyncssh

Matches: TypeAlias = tuple[Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey]]

_USER_FILES = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_SYSTEM_FILES = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")


def known_hosts_files(user: Sequence[str] | None, system: Sequence[str] | None) -> tuple[Path, ...]:
    """The files to look in: ssh_config's words, OpenSSH's defaults where it has none. `none` means no such file."""
    names = [*(_USER_FILES if user is None else user), *(_SYSTEM_FILES if system is None else system)]
    return tuple(Path(name).expanduser() for name in names)


class KnownHosts:
    """The host keys of some files, asked by asyncssh once per connection. `found_in` is where the host was known."""

    def __init__(self, files: Sequence[Path], lines: dict[Path, list[str]]) -> None:
        self.files = tuple(files)
        self.found_in: Path | None = None
        self.entry = ""
        self._lines = lines

    @classmethod
    def read(cls, files: Sequence[Path]) -> "KnownHosts":
        """Read what is there (blocking). A file that does not exist knows nobody; an unreadable one raises OSError."""
        lines: dict[Path, list[str]] = {}
        for path in files:
            try:
                lines[path] = path.read_text(encoding="utf-8", errors="replace").splitlines()
            except FileNotFoundError:
                continue
        return cls(files, lines)

    def __call__(self, host: str, address: str, port: int | None) -> Matches:
        """Trusted keys, trusted authorities and revoked keys of a host: asyncssh's `known_hosts` callable."""
        self.entry = f"[{host}]:{port}" if port else host
        keys: list[asyncssh.SSHKey] = []
        authorities: list[asyncssh.SSHKey] = []
        revoked: list[asyncssh.SSHKey] = []
        for path, lines in self._lines.items():
            known = asyncssh.import_known_hosts("\n".join(line for line in lines if _concerns(line, host, address)))
            found = known.match(host, address, port)
            keys += found[0]
            authorities += found[1]
            revoked += found[2]
            if (found[0] or found[1]) and self.found_in is None:
                self.found_in = path
        return keys, authorities, revoked


def _concerns(line: str, host: str, address: str) -> bool:
    """Whether a line may be about a host and can be read: a broken line elsewhere must not close every door."""
    fields = line.split()
    if len(fields) < 3 or line.lstrip().startswith("#"):
        return False
    marked = fields[0].startswith("@")
    pattern = fields[1] if marked else fields[0]
    if not (host in pattern or (address and address in pattern) or any(sign in pattern for sign in "|*?/")):
        return False
    try:
        asyncssh.import_known_hosts(line)
    except ValueError:
        return False
    return True
