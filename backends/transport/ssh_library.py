"""asyncssh, imported for half of what it costs otherwise: 0.1 s of CPU, where a command of ours has 0.3 s in all.

Two parts of it are left out while it is imported. X.509 certificates in SSH, which OpenSSH does not have either: they
would bring all of `cryptography.x509`. And the search for liboqs and libnettle by ldconfig, a compiler and a linker,
each a process: the loader's own cache says in no time whether they are there, and where they are, they are used.
"""

import ctypes
import ctypes.util
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOADER_CACHE = Path("/etc/ld.so.cache")
_X509 = "asyncssh.crypto.x509"


def quick(find: Callable[[str], str | None], cache: Path = LOADER_CACHE) -> Callable[[str], str | None]:
    """`ctypes.util.find_library` out of the loader's cache; that itself where there is none, or a path of its own."""
    try:
        known = cache.read_bytes()
    except OSError:
        return find
    if os.environ.get("LD_LIBRARY_PATH"):
        return find

    def found(name: str) -> str | None:
        for match in re.finditer(rb"(?<=[\0/])lib%s\.so\.[0-9.]+(?=\0)" % re.escape(name).encode(), known):
            library = match.group().decode()
            with suppress(OSError):  # another machine's word size, or a file that has gone
                ctypes.CDLL(library)
                return library
        return None

    return found


@contextmanager
def _without_detours() -> Iterator[None]:
    find = ctypes.util.find_library
    ctypes.util.find_library = quick(find)  # type: ignore[assignment]  # its own type names its argument
    left_out = _X509 not in sys.modules
    if left_out:
        sys.modules[_X509] = None  # type: ignore[assignment]  # how Python is told that there is no such module
    try:
        yield
    finally:
        ctypes.util.find_library = find
        if left_out:
            del sys.modules[_X509]


with _without_detours():
    import asyncssh

__all__ = ["asyncssh"]
