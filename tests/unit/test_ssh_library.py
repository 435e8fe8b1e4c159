"""asyncssh without its detours: what is left out, and libraries found without a process."""

import ctypes.util
import subprocess
import sys

from backends.transport.ssh_library import quick

CACHE = b"glibc-ld.so.cache1.1\0libc.so.6\0/lib/x86_64-linux-gnu/libc.so.6\0libm.so\0/usr/lib/libm.so\0libgone.so.3\0"


def refuse(name):
    raise AssertionError(f"a search for {name} that would start processes")


def test_a_library_is_found_in_the_loaders_cache_as_the_long_search_finds_it(tmp_path):
    cache = tmp_path / "ld.so.cache"
    cache.write_bytes(CACHE)
    find = quick(refuse, cache)
    assert find("c") == ctypes.util.find_library("c")
    assert find("oqs") is None
    assert find("m") is None  # the name without a number is for linkers
    assert find("gone") is None  # in the cache, and cannot be loaded


def test_where_there_is_no_cache_or_another_path_the_long_search_stays(tmp_path, monkeypatch):
    assert quick(refuse, tmp_path / "none") is refuse
    (tmp_path / "ld.so.cache").write_bytes(CACHE)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")
    assert quick(refuse, tmp_path / "ld.so.cache") is refuse


def test_importing_it_starts_no_process_and_brings_no_x509():
    code = (
        "import subprocess, sys\n"
        "def refuse(*_, **__): raise AssertionError('a process')\n"
        "subprocess.Popen = refuse\n"
        "from backends.transport.ssh_library import asyncssh\n"
        "import ctypes.util\n"
        "assert ctypes.util.find_library.__module__ == 'ctypes.util'\n"
        "assert 'asyncssh.crypto.x509' not in sys.modules\n"
        "print(sorted(name for name in sys.modules if name == 'cryptography.x509' or name == 'OpenSSL'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")
