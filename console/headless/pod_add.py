"""Adding a pod: what is there, who it says it is, whether that is trusted, then the config and the doctor."""

import argparse
import os
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from msgspec.structs import replace

from backends.model.endpoint import RedfishEndpoint, SecretRef, SshEndpoint
from backends.registry import open_adapters
from console.config import MOST_PORT, NAMED_SO, POD_NAME, PodConfig, default_path, load, url_problem
from console.exit import Exit
from console.headless import doctor, loop, output
from console.headless.asking import answer, can_ask
from console.headless.diagnostics import Stop, say
from console.words import count

PROBE_S = 10.0


def run(arguments: argparse.Namespace) -> Exit:
    """Run the sub-verb, and then the doctor."""
    path = Path(arguments.config or os.environ.get("MEGAPOD_CONFIG") or default_path()).resolve()
    for place in arguments.places:
        if "://" in place:
            _check_url(place)
    name = arguments.name or _name(arguments.places[0])
    if not POD_NAME.fullmatch(name):
        raise Stop(Exit.USAGE, f"--name {name}: {NAMED_SO}")
    if path.exists() and name in load(str(path)).pods:
        raise Stop(Exit.USAGE, f"{path}: there is a pod {name!r} already; give another --name, or edit it by hand")
    return loop.run(_add(arguments, path, name))


async def _add(arguments: argparse.Namespace, path: Path, name: str) -> Exit:
    known_hosts = path.with_name("known_hosts")
    pod, lines = PodConfig(), []
    for place in arguments.places:
        if "://" in place:
            pod = replace(pod, redfish=(*pod.redfish, await _controller(place, arguments)))
        elif pod.ssh is not None:
            raise Stop(Exit.USAGE, f"{place}: a pod has one head node, and {pod.ssh.host} is it")
        else:
            ssh, line = await _head(place, arguments, known_hosts)
            pod = replace(pod, ssh=ssh)
            lines += [line] if line else []
    from console import config_file  # tomlkit, 30 ms, only where something is written

    if arguments.dry_run:
        output.write(config_file.text_of(name, pod))
        return Exit.DONE
    try:
        for line in lines:
            config_file.add_line(known_hosts, line)
        await _answers(name, pod)
        config_file.add_pod(path, name, pod)
    except OSError as error:
        raise Stop(Exit.FAILED, f"cannot write {error.filename or path}: {error.strerror}") from error
    say(f"{path}: added [pods.{name}], read-only; read_only = false there allows drain and the like")
    return await doctor.examine(arguments, load(str(path)).only(name))


async def _head(place: str, arguments: argparse.Namespace, known_hosts: Path) -> tuple[SshEndpoint, str]:
    from backends.transport.introduction import host_key  # asyncssh, 0.25 s

    user, _, rest = place.rpartition("@")
    host, colon, port = rest.rpartition(":")
    if not (colon and port.isdecimal()):
        host, port = rest, ""
    if port and not 0 < int(port) <= MOST_PORT:
        raise Stop(Exit.USAGE, f"{place!r}: a port is between 1 and {MOST_PORT}")
    if not host.strip() or host.startswith("-") or any(char.isspace() for char in host):
        raise Stop(Exit.USAGE, f"{place!r} is no host; write [USER@]HOST[:PORT] or https://HOST")
    ssh = SshEndpoint(host=host, port=int(port) if port else None, user=user, identity=arguments.identity)
    key = await host_key(ssh)
    if key.changed_in is not None:
        raise Stop(
            Exit.REFUSED,
            f"{place}: its host key {key.fingerprint} is not the one in {key.changed_in}: find out why before anything",
        )
    if key.known_in is not None:
        say(f"{place}: {key.algorithm} {key.fingerprint}, as {key.known_in} has it")
        return ssh, ""
    await _trust(place, f"host key {key.algorithm}", key.fingerprint, arguments.pin)
    return replace(ssh, known_hosts=str(known_hosts)), key.line


async def _controller(url: str, arguments: argparse.Namespace) -> RedfishEndpoint:
    endpoint = RedfishEndpoint(
        url=url.removesuffix("/").removesuffix("/redfish/v1"),
        user=arguments.user,
        secret=SecretRef(
            password_env=arguments.password_env,
            password_command=_words(arguments.password_command),
            password_keyring=arguments.password_keyring,
        ),
    )
    if urlsplit(url).scheme == "http":
        say(f"{url}: no TLS: whoever is on the wire reads and writes along")
        return endpoint
    from backends.transport.introduction import certificate  # as above

    shown = await certificate(url, timeout_s=PROBE_S)
    expired = " (EXPIRED)" if shown.not_after <= datetime.now(UTC) else ""
    about = f"certificate of {shown.subject}, by {shown.issuer}, until {shown.not_after:%Y-%m-%d}{expired}"
    if shown.verified:
        say(f"{url}: {about}, vouched for by an authority of this machine")
        return endpoint
    await _trust(url, about, shown.fingerprint, arguments.pin)
    return replace(endpoint, fingerprint=shown.fingerprint)


def _check_url(url: str) -> None:
    scheme = url.partition("://")[0].lower()
    problem = url_problem(url) if scheme in ("https", "http") else f"{scheme}:// is spoken by no controller"
    if problem:
        raise Stop(Exit.USAGE, f"{problem}; write https://HOST[:PORT][/prefix], and the user with --user")


def _words(command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise Stop(Exit.USAGE, f"--password-command: {error}") from None


async def _trust(place: str, what: str, fingerprint: str, pins: list[str]) -> None:
    """A pin that fits, or a person who types yes. Raises Stop."""
    if _plain(fingerprint) in {_plain(pin) for pin in pins}:
        return
    say(f"{place}: {what}")
    say(f"{place}: fingerprint {fingerprint}")
    kind = "SHA256:" if fingerprint.startswith("SHA256:") else ""
    if any(pin.startswith("SHA256:") == bool(kind) for pin in pins):
        raise Stop(Exit.REFUSED, f"{place}: that is not the pinned one; nothing was written")
    if not can_ask():
        raise Stop(
            Exit.UNCONFIRMED, f"{place}: compare that with what you know of it, and give it as --pin {fingerprint}"
        )
    if (await answer("is that what you know of it, from elsewhere? type yes to trust it: ")).lower() != "yes":
        raise Stop(Exit.UNCONFIRMED, f"{place}: not trusted; nothing was written")


def _plain(fingerprint: str) -> str:
    """OpenSSH's base64 as it is; hex without its colons and case."""
    if fingerprint.startswith("SHA256:"):
        return fingerprint
    return fingerprint.replace(":", "").replace(" ", "").lower()


async def _answers(name: str, pod: PodConfig) -> None:
    """Ask what is there, before it is written; raises the error of what does not answer at all."""
    endpoints = pod.endpoints(name)
    adapters = open_adapters(endpoints)
    try:
        if adapters.scheduler is not None:
            version = await adapters.scheduler.ping()
            nodes = (await adapters.scheduler.nodes()).nodes
            say(f"{adapters.scheduler.where}: Slurm {version}, {count(len(nodes), 'node')}")
        for hardware in adapters.hardware.values():
            say(f"{hardware.where}: {await hardware.ping()}")
    finally:
        await adapters.close()


def _name(place: str) -> str:
    """`austin` of `head.austin.example` is a guess that is wrong too often: the host itself, without user and port."""
    host = urlsplit(place).hostname if "://" in place else place.rpartition("@")[2].partition(":")[0]
    return re.sub(r"[.:]+", "-", host or "").strip("-") or "pod"
