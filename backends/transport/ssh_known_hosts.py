"""Which host keys we know, and from which file: always checked, never learned.

asyncssh reads known_hosts itself, but stops checking altogether at `UserKnownHostsFile none`, fails on a file that is
not there, and says the same of a changed key as of an unknown host. Those differ at 3am, so we look them up ourselves
and remember what was found.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from backends.transport.ssh_library import asyncssh

Matches: TypeAlias = tuple[Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey], Sequence[asyncssh.SSHKey]]

_USER_FILES = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_SYSTEM_FILES = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")


def known_hosts_files(user: Sequence[str] | None, system: Sequence[str] | None) -> tuple[Path, ...]:
    """The files to look in: ssh_config's words, OpenSSH's defaults where it has none. `none` means no such file."""
    names = [*(_USER_FILES if user is None else user), *(_SYSTEM_FILES if system is None else system)]
    return tuple(Path(name).expanduser() for name in names)


class KnownHosts:
    """The host keys of some files, asked by asyncssh once per connection. `found_in` is where the host was known."""

    def __init__(self, files: Sequence[Path], lines: dict[Path, "_Lines"]) -> None:
        self.files = tuple(files)
        self.found_in: Path | None = None
        self.entry = ""
        self._lines = lines

    @classmethod
    def read(cls, files: Sequence[Path]) -> "KnownHosts":
        """Read what is there (blocking). A file that does not exist knows nobody; an unreadable one raises OSError."""
        lines: dict[Path, _Lines] = {}
        for path in files:
            try:
                found = path.stat()
                lines[path] = _read(path, found.st_mtime_ns, found.st_size, found.st_ino)
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
            known = asyncssh.import_known_hosts("\n".join(lines.about(host, address)))
            found = known.match(host, address, port)
            keys += found[0]
            authorities += found[1]
            revoked += found[2]
            if (found[0] or found[1]) and self.found_in is None:
                self.found_in = path
        return keys, authorities, revoked


class _Lines:
    """A file's lines by the hosts they name, so that a thousand nodes do not read a thousand lines each."""

    def __init__(self, text: str) -> None:
        self._named: dict[str, list[str]] = {}
        self._patterned: list[str] = []
        for line in text.splitlines():
            fields = line.split()
            if len(fields) < 3 or line.lstrip().startswith("#"):
                continue
            names = fields[1] if fields[0].startswith("@") else fields[0]
            if any(sign in names for sign in "|*?/!"):
                self._patterned.append(line)
                continue
            for name in names.split(","):
                self._named.setdefault(name.lstrip("[").partition("]")[0].lower(), []).append(line)

    def about(self, host: str, address: str) -> Iterator[str]:
        """The lines that may be about a host and can be read: a broken line elsewhere must not close every door."""
        lines = [*self._named.get(host.lower(), ()), *self._named.get(address.lower(), ()), *self._patterned]
        for line in dict.fromkeys(lines):
            try:
                asyncssh.import_known_hosts(line)
            except ValueError:
                continue
            yield line


@lru_cache(maxsize=16)
def _read(path: Path, *_stamp: int) -> _Lines:
    """The lines of a file; a file that changed has another stamp, and is read again."""
    return _Lines(path.read_text(encoding="utf-8", errors="replace"))
