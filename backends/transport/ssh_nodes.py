"""The nodes of one pod over SSH: a connection each, made when first asked for and kept, through the head or directly.

Behind the head node every connection is a channel of one connection to it (as `ssh -J` does, but one jump for all):
each node's host key is checked here, and no key of ours ever lies on the head.
"""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from backends.errors import BackendError
from backends.model.endpoint import NodeSsh, SshEndpoint
from backends.ports import Command
from backends.transport.ssh import SshShell
from backends.transport.ssh_connect import Link, connect

NODE_OUTPUT_LIMIT_BYTES = 4 * 1024 * 1024  # 1,000 nodes at once must fit in memory


class NodeShells:
    """A `ports.NodeShells`: commands on the nodes of a pod, by the scheduler's names.

    `head` is how the head node is reached, None where a pod has none; then every node is reached directly.
    """

    def __init__(self, nodes: NodeSsh, head: SshEndpoint | None) -> None:
        self._nodes = nodes
        self._head = head
        self._shells: dict[str, SshShell] = {}
        self._gate = SshShell(head) if head is not None and nodes.via == "head" else None

    async def reach(self, node: str) -> None:
        """Connect and log in, where that is not done yet. Raises Unreachable, Untrusted, AuthFailed or TimedOut."""
        await self._shell(node).link()

    async def run(self, node: str, argv: Sequence[str], *, timeout_s: float | None = None) -> Command:
        """Run an argument list on one node; it ends when we give it up. Raises what `Shell.run` does."""
        return await self._shell(node).run(argv, timeout_s=timeout_s, leashed=True)

    async def close(self) -> None:
        """Close every connection, the head's last."""
        shells, self._shells = self._shells, {}
        await asyncio.gather(*(shell.close() for shell in shells.values()))
        if self._gate is not None:
            await self._gate.close()

    def _shell(self, node: str) -> SshShell:
        shell = self._shells.get(node)
        if shell is None:
            shell = SshShell(self._endpoint(node), output_limit_bytes=NODE_OUTPUT_LIMIT_BYTES, opener=self._open)
            self._shells[node] = shell
        return shell

    def _endpoint(self, node: str) -> SshEndpoint:
        nodes, head = self._nodes, self._head or SshEndpoint(host="")
        return replace(
            head,
            host=nodes.host.replace("{node}", node),
            port=nodes.port,
            user=nodes.user or head.user,
            identity=nodes.identity or head.identity,
            known_hosts=nodes.known_hosts or head.known_hosts,
            config=nodes.config or head.config,
            jump="",
            connect_timeout_s=nodes.connect_timeout_s,
        )

    async def _open(self, endpoint: SshEndpoint, where: str) -> Link:
        if self._gate is None:
            return await connect(endpoint, where)
        try:
            gate = await self._gate.link()
        except BackendError as error:
            raise type(error)(f"no way to the nodes: {error.what}", where=error.where, remedy=error.remedy) from None
        return await connect(endpoint, where, through=gate.connection)
