"""The config file: `$XDG_CONFIG_HOME/megapod/config.toml`, or what `--config` names.

Strict, because a misspelt safety switch must not be a silent one: every unknown key is an error with a suggestion.
No secret lives here, only where it is found.
"""

import os
import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, field

from backends.model.endpoint import NodeSsh, PodEndpoints, RedfishEndpoint, SchedulerEndpoint, SshEndpoint
from console.operations.gate import Gate
from console.operations.policy import Policy
from console.operations.profile import BOOTS, Profile
from console.plain_file import text_of
from console.preferences import Preferences

REQUESTS_PER_MINUTE = 3000
MOST_PORT = 65535
POD_NAME = re.compile(r"[^\W_][\w.-]{0,62}")
"""It stands in tables and cursors, before a `/`, and in the name of its bill of materials."""
NAMED_SO = "a pod's name is up to 63 letters, digits, dots, dashes and underscores"


class ConfigError(Exception):
    """The config cannot be used: one line that says what, where and what to do."""


class PodConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One pod. Read-only until the config says otherwise.

    `racks` maps a rack to a node set, for pods whose controller does not say where things stand. `node_names` maps a
    host name, serial or UUID the controller reports to the scheduler's name. `requests_per_minute` is the most
    megapod asks of the pod's controllers. `policy` is what its operators may do to it,
    `gate` the one of `gates` that its nodes must pass before they are given back.
    """

    ssh: SshEndpoint | None = None
    node_ssh: NodeSsh = NodeSsh()
    scheduler: SchedulerEndpoint | None = None
    redfish: tuple[RedfishEndpoint, ...] = ()
    read_only: bool = True
    racks: dict[str, str] = {}
    node_names: dict[str, str] = {}
    requests_per_minute: int = REQUESTS_PER_MINUTE
    policy: Policy = Policy()
    gate: str = ""

    def endpoints(self, name: str) -> PodEndpoints:
        """How the pod is reached. An `ssh` host without a `scheduler` table has Slurm on it."""
        return PodEndpoints(
            pod=name,
            ssh=self.ssh,
            node_ssh=self.node_ssh,
            scheduler=self.scheduler or (SchedulerEndpoint() if self.ssh else None),
            redfish=self.redfish,
            node_names=self.node_names,
        )


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. `path` is where it was read, for messages.

    `journal` is where operations are written down, for a host whose operators share one; else each has their own.
    `screen` is how the screen is wanted. `gates` are checks before nodes are given back, `profiles` ways to provision
    them, by name.
    """

    pods: dict[str, PodConfig] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    journal: str = ""
    screen: Preferences = Preferences()
    path: str = ""

    def only(self, name: str | None) -> "Config":
        """The same config with one pod, or with all of them when `name` is None."""
        if name is None:
            return self
        if name not in self.pods:
            raise ConfigError(f"{self.path}: no pod {name!r}{_suggest(name, self.pods)}")
        return msgspec.structs.replace(self, pods={name: self.pods[name]})


def default_path() -> Path:
    """Where the config lives when nobody says otherwise."""
    from platformdirs import user_config_path  # 8 ms, and not needed with --config

    return user_config_path("megapod") / "config.toml"


def load(path: str | None = None) -> Config:
    """Read and check the config. Raises ConfigError with one line.

    An empty path is a script's variable that was never set, and never means another file than it says.
    """
    if path is not None and not path.strip():
        raise ConfigError("--config '': no file is named; leave it out for $MEGAPOD_CONFIG or the default")
    said = path or os.environ.get("MEGAPOD_CONFIG")
    where = Path(said) if said else default_path()
    try:
        text = text_of(where)
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(
            f"{where}: no such config; `megapod pod add HOST https://CONTROLLER` writes one; `megapod demo` needs none"
        ) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{where}: cannot be read: {why}") from None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not TOML: {error}") from None
    return _decode(tree, where)


def _decode(tree: dict[str, Any], where: Path) -> Config:
    for pod in tree.get("pods", {}).values() if isinstance(tree.get("pods"), dict) else ():
        if isinstance(pod, dict) and isinstance(pod.get("redfish"), dict):
            pod["redfish"] = [pod["redfish"]]  # one endpoint reads best as one table
    try:
        _check_keys(tree, Config, "")
        pods = _pods(tree.get("pods", {}))
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    if not pods:
        raise ConfigError(f"{where}: no pod in it; add a table [pods.NAME] (README, 'Configure')")
    for name, checked in pods.items():
        _check_pod(where, name, checked)
    gates = _gates(where, tree.get("gates", {}), pods)
    return Config(
        pods=pods,
        gates=gates,
        profiles=_profiles(where, tree.get("profiles", {}), gates),
        path=str(where),
        journal=_journal(where, tree.get("journal", "")),
        screen=_screen(where, tree),
    )


def _gates(where: Path, tree: object, pods: dict[str, PodConfig]) -> dict[str, Gate]:
    try:
        gates = msgspec.convert(tree, dict[str, Gate])
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: gates: {error}") from None
    for name, gate in gates.items():
        if problem := gate.problem():
            raise ConfigError(f"{where}: gates.{name}: {problem}")
    for name, pod in pods.items():
        if pod.gate and pod.gate not in gates:
            raise ConfigError(f"{where}: pods.{name}.gate: no [gates.{pod.gate}]{_suggest(pod.gate, dict(gates))}")
    return gates


def _profiles(where: Path, tree: object, gates: dict[str, Gate]) -> dict[str, Profile]:
    if not isinstance(tree, dict):
        raise ConfigError(f"{where}: profiles: must be tables, as in [profiles.NAME]")
    profiles = {name: _profile(f"{where}: profiles.{name}", one) for name, one in tree.items()}
    for name, profile in profiles.items():
        if problem := profile.problem():
            raise ConfigError(f"{where}: profiles.{name}.{problem}")
        if profile.gate and profile.gate not in gates:
            hint = _suggest(profile.gate, dict(gates))
            raise ConfigError(f"{where}: profiles.{name}.gate: no [gates.{profile.gate}]{hint}")
    return profiles


def _profile(at: str, tree: object) -> Profile:
    try:
        return msgspec.convert(tree, Profile)
    except msgspec.ValidationError as error:
        what, _, inside = str(error).partition(" - at `$")
        hint = f": one of {', '.join(BOOTS)}" if "boot" in f"{what}{inside}" else ""
        raise ConfigError(f"{at}{inside.rstrip('`')}: {what}{hint}") from None


def _journal(where: Path, said: object) -> str:
    """A path that means the same from every folder."""
    if not isinstance(said, str) or (said and not Path(said).expanduser().is_absolute()):
        raise ConfigError(f'{where}: journal: must be a whole path, as in "/var/lib/megapod/journal.db"')
    return said


def _screen(where: Path, tree: dict[str, Any]) -> Preferences:
    try:
        return msgspec.convert(tree.get("screen", {}), Preferences)
    except msgspec.ValidationError as error:
        what, _, inside = str(error).partition(" - at `$")
        raise ConfigError(f"{where}: screen{inside.rstrip('`')}: {what}") from None


def _pods(tree: object) -> dict[str, PodConfig]:
    if not isinstance(tree, dict):
        raise ConfigError("pods: must be tables, as in [pods.NAME]")
    return {name: _pod(name, pod) for name, pod in tree.items()}


def _pod(name: str, tree: object) -> PodConfig:
    if not POD_NAME.fullmatch(name):
        raise ConfigError(f"pods.{name[:80]!r}: {NAMED_SO}")
    try:
        return msgspec.convert(tree, PodConfig)
    except msgspec.ValidationError as error:
        what, _, inside = str(error).partition(" - at `$")  # msgspec's path starts at the pod, which it cannot name
        at = f"pods.{name}{inside.rstrip('`')}"
        table = "Expected `object" in what
        raise ConfigError(f"{at}: must be a table, as in [{at}]" if table else f"{at}: {what}") from None


def _check_pod(where: Path, name: str, pod: PodConfig) -> None:
    at = f"{where}: pods.{name}"
    if pod.ssh is None and not pod.redfish:
        raise ConfigError(f"{at}: needs an `ssh` table, a `redfish` table, or both")
    if pod.scheduler is not None and pod.ssh is None:
        raise ConfigError(f"{at}.scheduler: needs an `ssh` table: the scheduler is reached through its head node")
    if pod.scheduler is not None and pod.scheduler.kind != "slurm":
        raise ConfigError(f"{at}.scheduler.kind: {pod.scheduler.kind!r} is not known; only 'slurm' is")
    if pod.requests_per_minute < 1:
        raise ConfigError(f"{at}.requests_per_minute: must be at least 1")
    if pod.ssh is not None:
        if not pod.ssh.host.strip() or pod.ssh.host.startswith("-"):
            raise ConfigError(f"{at}.ssh.host: {pod.ssh.host!r} is no host; write its name, or an alias of ssh_config")
        _check_port(f"{at}.ssh", pod.ssh.port)
        _check_seconds(f"{at}.ssh", pod.ssh)
    _check_node_ssh(f"{at}.node_ssh", pod.node_ssh)
    if pod.scheduler is not None:
        _check_seconds(f"{at}.scheduler", pod.scheduler)
    for number, endpoint in enumerate(pod.redfish, 1):
        _check_redfish(f"{at}.redfish" if len(pod.redfish) == 1 else f"{at}.redfish[{number}]", endpoint)
    _check_racks(at, pod.racks)
    if problem := pod.policy.problem():
        raise ConfigError(f"{at}.policy.{problem}")
    _check_verbs(f"{at}.policy", tuple(pod.policy.words))


def _check_verbs(at: str, words: tuple[tuple[str, str], ...]) -> None:
    """Every verb that a policy names is one there is."""
    if not words:
        return
    from console.actions import verbs  # every planner, and only for those who name a verb

    known = verbs()
    for key, verb in words:
        if verb not in known:
            raise ConfigError(f"{at}.{key}: no verb {verb!r}{_suggest(verb, dict.fromkeys(known))}")


def _check_node_ssh(at: str, nodes: NodeSsh) -> None:
    if nodes.via not in ("head", "direct"):
        raise ConfigError(f"{at}.via: {nodes.via!r} must be 'head' or 'direct'")
    if "{node}" not in nodes.host:
        raise ConfigError(f"{at}.host: {nodes.host!r} must have {{node}} in it, as in '{{node}}.mgmt'")
    _check_port(at, nodes.port)
    _check_seconds(at, nodes)


def _check_port(at: str, port: int | None) -> None:
    if port is not None and not 0 < port <= MOST_PORT:
        raise ConfigError(f"{at}.port: {port} must be between 1 and {MOST_PORT}")


def _check_seconds(at: str, table: Struct) -> None:
    """Every time is positive and finite: an interval of 0 would ask a controller without pause."""
    for key in table.__struct_fields__:
        value = getattr(table, key)
        if key.endswith("_s") and not 0 < value < float("inf"):
            raise ConfigError(f"{at}.{key}: {value:g} must be a number of seconds above 0")


def _check_racks(at: str, racks: dict[str, str]) -> None:
    if not racks:
        return
    from console.target_error import TargetError
    from console.targets import expand  # ClusterShell, and only for those who name racks

    for rack, node_set in racks.items():
        try:
            expand(node_set)
        except TargetError as error:
            raise ConfigError(f"{at}.racks.{rack}: {error}") from None


def _check_redfish(at: str, endpoint: RedfishEndpoint) -> None:
    if not endpoint.url.startswith(("https://", "http://")):
        raise ConfigError(f"{at}.url: {endpoint.url!r} must start with https:// (or http:// on a trusted wire)")
    if problem := url_problem(endpoint.url):
        raise ConfigError(f"{at}.url: {problem}")
    _check_seconds(at, endpoint)
    if endpoint.auth not in ("session", "basic", "none"):
        raise ConfigError(f"{at}.auth: {endpoint.auth!r} must be 'session', 'basic' or 'none'")
    secret = endpoint.secret
    given = [bool(secret.password_command), bool(secret.password_env), bool(secret.password_keyring)]
    if sum(given) > 1:
        raise ConfigError(f"{at}.secret: give one of password_command, password_env and password_keyring")
    if endpoint.user and not any(given):
        raise ConfigError(
            f"{at}.secret: user {endpoint.user!r} needs password_command, password_env or password_keyring"
        )


def url_problem(url: str) -> str:
    """What is wrong with the URL of a controller, "" where nothing is. One with a password in it is not repeated."""
    netloc = url.partition("://")[2].partition("/")[0]
    if "@" in netloc:
        return "must not carry a user or a password; use `user` and `secret`"
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.port == 0:
            return f"{url!r} names no {'port' if parts.hostname else 'host'}"
    except ValueError as error:  # a bracket left open, or a port that is no number up to 65535
        return f"{url!r} is no URL: {error}"
    return ""


def _check_keys(value: object, kind: Any, at: str) -> None:  # noqa: ANN401 - a type, as typing spells them
    """Find the first unknown key, with its whole path: msgspec names the key, but not the pod it stands in."""
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(value, dict):
        fields = {f.encode_name: f.type for f in msgspec.structs.fields(kind) if f.name != "path"}
        for key, inner in value.items():
            here = f"{at}.{key}" if at else key
            if key not in fields:
                raise ConfigError(f"{here}: unknown key{_hint(key, fields)}")
            _check_keys(inner, fields[key], here)
        return
    arguments = [argument for argument in get_args(kind) if argument is not type(None)]
    if isinstance(value, dict) and get_origin(kind) is dict:
        for key, inner in value.items():
            _check_keys(inner, arguments[1], _named(at, key))
    elif isinstance(value, list) and arguments:
        for number, inner in enumerate(value, 1):
            _check_keys(inner, arguments[0], at if len(value) == 1 else f"{at}[{number}]")
    elif isinstance(value, dict):
        for argument in arguments:
            _check_keys(value, argument, at)


def _named(at: str, key: str) -> str:
    """Where a thing stands that the user has named: that name is printed as it is, wherever the thing is."""
    if not (key.strip() and key.isprintable()):
        raise ConfigError(f"{at}.{key!r}: no name: it cannot be printed")
    return f"{at}.{key}"


def _hint(key: str, known: dict[str, Any]) -> str:
    if key == "password":
        return (
            "; passwords are not kept here: use secret = { password_command = [...] }, password_env or password_keyring"
        )
    return _suggest(key, known)


def _suggest(word: str, known: dict[str, Any]) -> str:
    close = get_close_matches(word, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(known)}" if known else ""
