"""Key material of one run: made anew, readable by nobody else, gone with the run."""

import secrets
from pathlib import Path

import asyncssh

from backends.simulator.certificate import Certificate, make_certificate
from backends.simulator.sshd import HOST


class PodKeys:
    """The files a client needs to reach one pod: its key, the host's, the controller's password."""

    def __init__(self, folder: Path, pod: str) -> None:
        self.client_key = asyncssh.generate_private_key("ssh-ed25519")
        self.password = secrets.token_urlsafe(18)
        self._folder = folder / pod
        self._folder.mkdir(mode=0o700)
        self.identity = self._write("id_ed25519", self.client_key.export_private_key("openssh").decode())
        self.password_file = self._write("bmc-password", f"{self.password}\n")
        self.known_hosts = self._folder / "known_hosts"

    def certificate(self) -> Certificate:
        """A certificate for the controller's listener."""
        return make_certificate(self._folder, HOST)

    def write_known_hosts(self, host_key: asyncssh.SSHKey, port: int, node_key: asyncssh.SSHKey) -> None:
        """Name the head's key, for the port it came to listen on, and the one of all its nodes."""
        head, nodes = (key.export_public_key("openssh").decode().strip() for key in (host_key, node_key))
        self._write(self.known_hosts.name, f"[{HOST}]:{port} {head}\n{self._folder.name}-r*-n* {nodes}\n")

    def _write(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return path
