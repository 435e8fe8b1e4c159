"""How a pod is reached, as an operator writes it in the config. Secrets are named here, never held."""

from msgspec import Struct


class SecretRef(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a password is found: exactly one of a command's first output line, a variable, or the keyring."""

    password_command: tuple[str, ...] = ()
    password_env: str = ""
    password_keyring: str = ""


class SshEndpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A host reached by SSH. What is not said here comes from the user's ssh_config, aliases and jumps included.

    `config` is another ssh_config file, `known_hosts` another list of host keys (they are always checked),
    `identity` a key beside the agent's. Times in seconds.
    """

    host: str
    port: int | None = None
    user: str = ""
    identity: str = ""
    known_hosts: str = ""
    config: str = ""
    jump: str = ""
    connect_timeout_s: float = 10.0
    command_timeout_s: float = 30.0


class NodeSsh(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a pod's nodes are reached by SSH: through its head node, or directly.

    `host` makes a node's name into a host's (`{node}.mgmt`), which the head node, or this machine, must know. User,
    identity, config and known_hosts are those of the pod's `ssh` where nothing is said; a node's host key is checked
    as the head's is. Times in seconds.
    """

    via: str = "head"
    host: str = "{node}"
    port: int | None = None
    user: str = ""
    identity: str = ""
    known_hosts: str = ""
    config: str = ""
    connect_timeout_s: float = 10.0


class SchedulerEndpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scheduler behind the pod's `ssh` host. `slurm_conf` is passed on when the head node needs to be told."""

    kind: str = "slurm"
    slurm_conf: str = ""
    interval_s: float = 2.0


class RedfishEndpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Redfish service: base URL (a path prefix is fine), user, where the password is, and how TLS is trusted.

    `ca_file` is a PEM bundle; `fingerprint` pins the certificate's SHA-256 (hex, colons allowed) instead.
    """

    url: str
    user: str = ""
    secret: SecretRef = SecretRef()
    auth: str = "session"
    ca_file: str = ""
    fingerprint: str = ""
    interval_s: float = 20.0
    timeout_s: float = 10.0


class PodEndpoints(Struct, frozen=True, kw_only=True):
    """Everything needed to reach one pod. A pod without a scheduler or without Redfish has None there."""

    pod: str
    ssh: SshEndpoint | None = None
    node_ssh: NodeSsh = NodeSsh()
    scheduler: SchedulerEndpoint | None = None
    redfish: tuple[RedfishEndpoint, ...] = ()
    node_names: dict[str, str] = {}
