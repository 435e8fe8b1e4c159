"""The head node's SSH server: real SSH on loopback, one key accepted, no shell behind it, and the way to the nodes."""

import asyncio
from collections.abc import Callable
from functools import partial

import asyncssh

from backends.simulator.commands.answer import Answer
from backends.simulator.commands.head import run_command
from backends.simulator.node_door import NodeDoors, Pump
from backends.simulator.world import World

HOST = "127.0.0.1"
USER = "operator"
_NO_SHELL = "This is a simulated head node: it takes commands, and has no shell.\n"


class _Door(asyncssh.SSHServer):
    """Lets in the one user with the one key, and keeps the open connections in `guests`."""

    def __init__(
        self, key: asyncssh.SSHKey, guests: set[asyncssh.SSHServerConnection], forward: Callable[[str, int], Pump]
    ) -> None:
        self._key = key.export_public_key("openssh")
        self._guests = guests
        self._forward = forward
        self._guest: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._guest = conn
        self._guests.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncssh's signature
        if self._guest is not None:
            self._guests.discard(self._guest)

    def public_key_auth_supported(self) -> bool:
        return True

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> Pump:  # noqa: ARG002 - asyncssh's signature
        return self._forward(dest_host, dest_port)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key.export_public_key("openssh") == self._key


def _no_further(host: str, port: int) -> Pump:
    raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, f"{host}:{port}: nodes lead nowhere")


class HeadNode:
    """Listens from `open` to `close`; `shut` is the sshd dying under its clients, as a fault has it.

    `world` gives the pod as it is now; `client_key` is the key that is let in.
    """

    def __init__(self, world: Callable[[], World], client_key: asyncssh.SSHKey) -> None:
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = 0
        self._world = world
        self._client_key = client_key
        self._guests: set[asyncssh.SSHServerConnection] = set()
        self.nodes = NodeDoors(world, partial(_Door, client_key, set(), _no_further))
        self._listener: asyncssh.SSHAcceptor | None = None

    async def open(self) -> None:
        """Start to listen, on a port the kernel chooses."""
        self._listener = await asyncssh.listen(
            HOST,
            self.port,
            server_factory=lambda: _Door(self._client_key, self._guests, self.nodes.open),
            server_host_keys=[self.host_key],
            process_factory=self._serve,
            errors="replace",
            x11_forwarding=False,
            agent_forwarding=False,
        )
        self.port = self._listener.get_port()

    @property
    def listening(self) -> bool:
        """Whether it takes connections."""
        return self._listener is not None

    def shut(self) -> None:
        """Stop to listen and drop every connection at once."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for guest in tuple(self._guests):
            guest.abort()

    async def close(self) -> None:
        """End in order: no socket and no task is left."""
        guests = tuple(self._guests)
        self.shut()
        await asyncio.gather(*(guest.wait_closed() for guest in guests), return_exceptions=True)

    async def _serve(self, process: asyncssh.SSHServerProcess[str]) -> None:
        answer = Answer(status=1, stderr=_NO_SHELL)
        if process.command is not None:
            answer = run_command(self._world(), process.command)
        try:
            if answer.after_s:
                await asyncio.sleep(answer.after_s)
            process.stdout.write(answer.stdout)
            process.stderr.write(answer.stderr)
            await process.stdout.drain()
            process.exit(answer.status)
        except OSError:
            # The client went away before its answer, or the fault dropped it: nobody is left to be told.
            process.close()
