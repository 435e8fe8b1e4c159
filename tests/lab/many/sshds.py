"""Many addresses with a real sshd behind each: `python tests/lab/many/sshds.py ADDRESSES`, as root.

Prints one line of JSON when all of them listen, and serves until its standard input ends: 128 addresses from
127.79.SLOT.1 up, the next from 127.80.SLOT.1, one port, one key. An sshd takes 16 addresses at most, so every 16 of
them are one process; a connection is a real sshd child whichever it was. They live in a pid namespace of their own, of
which this file is the first process: when it ends, by whatever, the kernel ends them all.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PORT = 2222
EACH = 16  # sshd's MAX_LISTEN_SOCKS
A_BLOCK = 128
JOURNALD = Path("/lib/systemd/systemd-journald")
UP_WITHIN_S = 30.0
CONF = """\
{listen}
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/id.pub
StrictModes no
PidFile none
UsePAM no
UseDNS no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 500
PrintMotd no
PrintLastLog no
"""


def main() -> None:
    """The process outside: makes the folder, starts itself again inside the namespaces, tidies up."""
    if len(sys.argv) == 4:
        serve(Path(sys.argv[2]), json.loads(sys.argv[3]))
        return
    slot, lock = claim()
    folder = Path(tempfile.mkdtemp(prefix="megapod-many-"))
    folder.chmod(0o755)
    addresses = [f"127.{79 + number // A_BLOCK}.{slot}.{number % A_BLOCK + 1}" for number in range(int(sys.argv[1]))]
    try:
        with lock:
            spaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
            subprocess.run(
                [*spaces, sys.executable, __file__, "serve", os.fspath(folder), json.dumps(addresses)], check=False
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def claim() -> tuple[int, socket.socket]:
    """A free block of addresses; its name vanishes with the process that bound it."""
    for slot in range(1, 200):
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(f"\0megapod-many-{slot}")
        except OSError:
            lock.close()
            continue
        return slot, lock
    raise RuntimeError("all blocks are taken")


def serve(folder: Path, addresses: list[str]) -> None:
    """Start the servers, say where they are, and wait."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "nosuid,nodev,mode=755", "tmpfs", "/run"], check=True)
    Path("/run/sshd").mkdir()
    if JOURNALD.exists():  # a real journal on the nodes: all of them are this one
        for name in ("systemd/journal", "log/journal"):
            (Path("/run") / name).mkdir(parents=True)
        subprocess.Popen([JOURNALD], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    bashrc = Path.home() / ".bashrc"
    if bashrc.exists():  # bash reads it for every command over SSH: somebody's own set-up is not what is measured
        subprocess.run(["mount", "--bind", "/dev/null", os.fspath(bashrc)], check=True)
    for name in ("host", "id"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "many", "-f", os.fspath(folder / name)]
        subprocess.run(make, check=True, stdin=subprocess.DEVNULL)
    key = " ".join((folder / "host.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text("".join(f"[{address}]:{PORT} {key}\n" for address in addresses))
    for first in range(0, len(addresses), EACH):
        listen = "\n".join(f"ListenAddress {address}" for address in addresses[first : first + EACH])
        conf = folder / f"sshd_{first}"
        conf.write_text(CONF.format(listen=listen, port=PORT, folder=folder))
        with (folder / "log").open("ab") as log:
            subprocess.Popen(
                ["/usr/sbin/sshd", "-D", "-e", "-f", os.fspath(conf)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
    wait(addresses, folder)
    ready = {"addresses": addresses, "port": PORT, "user": "root", "folder": os.fspath(folder)}
    print(json.dumps(ready), flush=True)
    sys.stdin.read()


def wait(addresses: list[str], folder: Path) -> None:
    """Until the last of each process listens."""
    deadline = time.monotonic() + UP_WITHIN_S
    for address in addresses[::EACH]:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex((address, PORT)) == 0:
                    break
            if time.monotonic() > deadline:
                raise RuntimeError(f"{address} does not listen: {(folder / 'log').read_text()[-500:]}")
            time.sleep(0.02)  # sshd announces nothing: asking is all there is


if __name__ == "__main__":
    main()
