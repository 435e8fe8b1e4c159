"""Making one SSH connection: ssh_config, jump hosts, known_hosts, keys and the agent.

Jump hosts are opened here, one after the other, because asyncssh would open them with its own idea of known_hosts:
every hop is checked as strictly as the last.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from msgspec import Struct

from backends.errors import Unreachable
from backends.model.endpoint import SshEndpoint
from backends.transport.ssh_errors import connect_error, hung, settings_error
from backends.transport.ssh_known_hosts import KnownHosts, known_hosts_files
from backends.transport.ssh_library import asyncssh

KEEPALIVE_S = 10
_CONFIGS = ("~/.ssh/config", "/etc/ssh/ssh_config")
_MOST_JUMPS = 8


class Hop(Struct, frozen=True):
    """One host on the way: as written, with what the user said about it and nothing from ssh_config yet."""

    host: str
    port: int | None = None
    user: str = ""

    @classmethod
    def parse(cls, text: str) -> "Hop":
        """`[user@]host[:port]`, an IPv6 address in brackets."""
        user, _, rest = text.strip().rpartition("@")
        host, colon, port = rest.rpartition(":")
        if not colon or not port.isdigit():
            return cls(host=rest.strip("[]"), user=user)
        return cls(host=host.strip("[]"), port=int(port), user=user)


class Link(Struct):
    """A connection and the jump hosts below it. Closing it closes them all.

    `busy` counts commands under way on it, `abandoned` those that were given up and may still run over there.
    """

    connection: asyncssh.SSHClientConnection
    below: tuple[asyncssh.SSHClientConnection, ...] = ()
    busy: int = 0
    abandoned: int = 0

    @property
    def alive(self) -> bool:
        """Whether commands can still be sent."""
        return not self.connection.is_closed()

    def abort(self) -> None:
        """Drop it all at once, without a word to the far side."""
        for connection in (self.connection, *reversed(self.below)):
            connection.abort()

    async def close(self) -> None:
        """Say goodbye, from the far end to the near one."""
        for connection in (self.connection, *reversed(self.below)):
            connection.close()
            await connection.wait_closed()


class _Watch(asyncssh.SSHClient):
    """Remembers whether TCP came through: a hung sshd and a dropped packet both end in a time-out."""

    connected = False

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:  # noqa: ARG002 - asyncssh's signature
        """TCP is there; the greeting, the host key and the login are still to come."""
        self.connected = True


async def connect(endpoint: SshEndpoint, where: str, through: asyncssh.SSHClientConnection | None = None) -> Link:
    """Connect and log in within `connect_timeout_s`, jumps included. Raises only backends.errors.

    `through` is a connection that is there already and stays: the host is reached from its far end, by no other way.
    """
    jumps = [Hop.parse(text) for text in endpoint.jump.split(",") if text.strip()]
    target = Hop(host=endpoint.host, port=endpoint.port, user=endpoint.user)
    made: list[asyncssh.SSHClientConnection] = []
    watch = _Watch()
    said = _Said(endpoint)
    try:
        async with asyncio.timeout(endpoint.connect_timeout_s), _dropped_unless_done(made):
            for hop in [target] if through else await _route(said, jumps, target, where):
                watch = _Watch()
                tunnel = made[-1] if made else through
                made.append(await _open(said, hop, tunnel, watch, where if hop is target else _name(hop, where)))
    except TimeoutError:
        raise hung(where, endpoint.connect_timeout_s, connected=watch.connected) from None
    return Link(made[-1], tuple(made[:-1]))


@contextlib.asynccontextmanager
async def _dropped_unless_done(made: list[asyncssh.SSHClientConnection]) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        for connection in reversed(made):
            connection.abort()
        raise


async def _route(said: "_Said", jumps: Sequence[Hop], target: Hop, where: str) -> list[Hop]:
    """Every hop, nearest first. ssh_config's ProxyJump counts where the endpoint names none; jumps may need jumps."""
    route = [*jumps, target]
    if jumps:
        return route
    seen = {target.host}
    while True:
        options, _ = await said.of(route[0], where)
        text = options.tunnel if isinstance(options.tunnel, str) else ""
        before = [Hop.parse(part) for part in text.split(",") if part.strip()]
        before = [hop for hop in before if hop.host.lower() != "none"]
        if not before:
            return route
        if before[0].host in seen or len(route) + len(before) > _MOST_JUMPS:
            raise Unreachable("ssh_config's ProxyJump goes in circles", where=where, remedy="correct ProxyJump")
        seen.update(hop.host for hop in before)
        route = [*before, *route]


async def _open(
    said: "_Said", hop: Hop, tunnel: asyncssh.SSHClientConnection | None, watch: _Watch, where: str
) -> asyncssh.SSHClientConnection:
    options, known = await said.of(hop, where)
    try:
        return await asyncssh.connect(
            hop.host,
            options=options,
            config=None,
            tunnel=tunnel,
            known_hosts=known,
            encryption_algs=_ciphers(options),
            client_factory=lambda: watch,
        )
    except TimeoutError:
        raise
    except (OSError, ValueError, asyncssh.Error) as error:
        raise connect_error(error, where, known, options.username) from error


class _Said:
    """What ssh_config and the endpoint say of each hop, read once, and the host keys to hold it to."""

    def __init__(self, endpoint: SshEndpoint) -> None:
        self._endpoint = endpoint
        self._read: dict[Hop, tuple[asyncssh.SSHClientConnectionOptions, KnownHosts]] = {}

    async def of(self, hop: Hop, where: str) -> tuple[asyncssh.SSHClientConnectionOptions, KnownHosts]:
        """Of one hop, with our own words above ssh_config's."""
        if hop not in self._read:
            try:
                self._read[hop] = await asyncio.to_thread(read_options, self._endpoint, hop)
            except (OSError, ValueError, asyncssh.Error) as error:
                raise settings_error(error, where) from error
        return self._read[hop]


def read_options(endpoint: SshEndpoint, hop: Hop) -> tuple[asyncssh.SSHClientConnectionOptions, KnownHosts]:
    """As `_Said.of`, blocking; raises what reading files and settings does."""
    configs = [endpoint.config] if endpoint.config else [path for path in _CONFIGS if Path(path).expanduser().exists()]
    options = asyncssh.SSHClientConnectionOptions(
        host=hop.host,
        port=hop.port or (),
        username=hop.user or (),
        config=[str(Path(path).expanduser()) for path in configs] or None,
        client_keys=[str(Path(endpoint.identity).expanduser())] if endpoint.identity else (),
        ignore_encrypted=True,  # a key with a passphrase is the agent's business: nobody can be asked here
        agent_forwarding=False,
        x11_forwarding=False,
        keepalive_interval=KEEPALIVE_S,
        connect_timeout=None,  # one deadline for the whole way is ours
        login_timeout=0,
    )
    if endpoint.known_hosts:
        files = known_hosts_files([endpoint.known_hosts], [])
    else:
        user, system = (options.config.get(option) for option in ("UserKnownHostsFile", "GlobalKnownHostsFile"))
        files = known_hosts_files(
            user if isinstance(user, list) else None, system if isinstance(system, list) else None
        )
    return options, KnownHosts.read(files)


def _ciphers(options: asyncssh.SSHClientConnectionOptions) -> list[str]:
    """The ciphers to offer, in order; where nobody chose, AES-GCM goes first.

    128 logins took 0.60 s of CPU so, and 0.81 s with ChaCha20, which is asyncssh's own first.
    """
    names = [name.decode() for name in options.encryption_algs]
    return names if options.config.get("Ciphers") is not None else sorted(names, key=lambda name: "gcm" not in name)


def _name(hop: Hop, where: str) -> str:
    return f"{where}, jump host {hop.host}"
