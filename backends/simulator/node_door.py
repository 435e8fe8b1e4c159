"""The sshd of each node, behind the head node: reached as `ssh -J head node` is, while its OS is up.

No port is opened for it: what the head is asked to forward to a node is answered here, in this process.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

import asyncssh

from backends.simulator.boot import RUNNING, progress
from backends.simulator.commands.answer import Answer
from backends.simulator.commands.on_node import KNOWN, run_on_node
from backends.simulator.node import SimNode
from backends.simulator.world import World

PORT = 22
_CHUNK = 65_536

Pump = Callable[[asyncssh.SSHReader[bytes], asyncssh.SSHWriter[bytes]], Awaitable[None]]


class NodeDoors:
    """The sshds of all nodes of a pod. One image runs on all of them, and so they have one host key."""

    def __init__(self, world: Callable[[], World], make_server: Callable[[], asyncssh.SSHServer]) -> None:
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self._world = world
        self._make_server = make_server

    def open(self, host: str, port: int) -> Pump:
        """What carries one forwarded connection. Raises ChannelOpenError where the head could not connect either."""
        world = self._world()
        node = world.nodes.get(host)
        if node is None or port != PORT:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, f"{host}:{port}: no such host or port")
        if not _up(node, world.now_s):
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, f"{host}: No route to host")

        async def pump(reader: asyncssh.SSHReader[bytes], writer: asyncssh.SSHWriter[bytes]) -> None:
            await self._carry(node.name, reader, writer)

        return pump

    async def _carry(self, name: str, reader: asyncssh.SSHReader[bytes], writer: asyncssh.SSHWriter[bytes]) -> None:
        """Both ways, until either end closes."""
        near, far = socket.socketpair()
        inner_reader, inner_writer = await asyncio.open_connection(sock=near)
        serving = asyncio.create_task(self._serve(name, far), name=f"sshd {name}")
        ways = (
            asyncio.create_task(_pump(reader.read, inner_writer.write)),
            asyncio.create_task(_pump(inner_reader.read, writer.write)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*ways, serving):
                task.cancel()
            await asyncio.gather(*ways, serving, return_exceptions=True)
            inner_writer.close()
            writer.close()

    async def _shell(self, name: str, process: asyncssh.SSHServerProcess[str]) -> None:
        """A line, its answer, and so on, until it is left or the node goes down under it."""
        process.stdout.write(f"{name} is simulated; exit leaves it. {KNOWN}.\n")
        status = 0
        while True:
            process.stdout.write(f"{name}$ ")
            try:
                line = (await process.stdin.readline()).strip()
            except asyncssh.TerminalSizeChanged:
                continue
            except asyncssh.BreakReceived:
                process.stdout.write("\n")
                continue
            world = self._world()
            if line in ("exit", "logout") or process.stdin.at_eof() or not _up(world.nodes[name], world.now_s):
                break
            _tell(process, told := run_on_node(world, name, line))
            status = told.status
        process.exit(status)

    async def _serve(self, name: str, sock: socket.socket) -> None:
        async def answer(process: asyncssh.SSHServerProcess[str]) -> None:
            world = self._world()
            if not _up(world.nodes[name], world.now_s):
                process.get_extra_info("connection").abort()
                return
            with contextlib.suppress(OSError):  # the client went away before its answer
                if process.command is None:
                    await self._shell(name, process)
                else:
                    _tell(process, told := run_on_node(world, name, process.command))
                    process.exit(told.status)

        connection = await asyncssh.run_server(
            sock,
            server_factory=self._make_server,
            server_host_keys=[self.host_key],
            process_factory=answer,
            errors="replace",
            x11_forwarding=False,
            agent_forwarding=False,
        )
        try:
            await connection.wait_closed()
        finally:
            connection.abort()


def _tell(process: asyncssh.SSHServerProcess[str], answer: Answer) -> None:
    process.stdout.write(answer.stdout)
    process.stderr.write(answer.stderr)


def _up(node: SimNode, now_s: float) -> bool:
    return node.power == "On" and progress(node, now_s)[1] == RUNNING


async def _pump(read: Callable[[int], Awaitable[bytes]], write: Callable[[bytes], None]) -> None:
    with contextlib.suppress(OSError, asyncssh.Error):
        while data := await read(_CHUNK):
            write(data)
