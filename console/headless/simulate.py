"""`megapod simulate`: serve simulated pods without a screen, for demos, tests and scripts."""

import argparse
import asyncio
import contextlib
import json
import math
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import to_builtins

from backends.model.endpoint import PodEndpoints
from console.exit import Exit
from console.headless.diagnostics import Stop
from console.headless.output import write, write_json
from console.headless.usage.simulate import NUMBERS

if TYPE_CHECKING:
    from backends.simulator.server import ServeOptions

HELP = "serve simulated pods without a screen"
_MOST_NODES = 100_000


def words(arguments: argparse.Namespace) -> list[str]:
    """The words that ask another `megapod simulate` for the same pods; where they are served is not among them."""
    numbers = [f"--{name}={getattr(arguments, name)}" for name, *_ in NUMBERS]
    scenario = [f"--scenario={Path(arguments.scenario).absolute()}"] if arguments.scenario else []
    limit = [] if arguments.for_s is None else [f"--for={arguments.for_s}"]
    plain = ["--plain"] if arguments.plain else []
    return [*numbers, *(f"--fault={fault}" for fault in arguments.fault), *scenario, *limit, *plain]


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if arguments.list_faults:
        return _list_faults()
    options = _options(arguments)
    if options.pods * options.racks * options.nodes > _MOST_NODES:
        raise Stop(Exit.USAGE, f"that is more than {_MOST_NODES} nodes")
    if arguments.for_s is not None and not 0 <= arguments.for_s < math.inf:
        raise Stop(Exit.USAGE, "--for takes a number of seconds from 0 up")
    return asyncio.run(_serve(arguments, options))


def _list_faults() -> Exit:
    from backends.simulator.faults import FAULTS  # only a simulation pays for the simulator

    for kind in FAULTS.values():
        write(f"{kind.name:<15} {kind.target:<5} {kind.does}\n")
    return Exit.DONE


def _options(arguments: argparse.Namespace) -> "ServeOptions":
    from backends.simulator.faults import FaultError, parse_fault  # as above: asyncssh and uvicorn cost 0.3 s
    from backends.simulator.scenario import read_scenario
    from backends.simulator.server import ServeOptions

    numbers = {}
    for name, _, _, low, high, _ in NUMBERS:
        value = getattr(arguments, name)
        if not low <= value <= high:
            raise Stop(Exit.USAGE, f"--{name} takes a number from {low} to {high:g}, not {value}")
        numbers[name] = value
    try:
        faults = tuple(parse_fault(text) for text in arguments.fault)
        if arguments.scenario:
            faults += read_scenario(Path(arguments.scenario))
    except FaultError as error:
        raise Stop(Exit.USAGE, str(error)) from error
    return ServeOptions(**numbers, faults=faults, plain=arguments.plain)


async def _serve(arguments: argparse.Namespace, options: "ServeOptions") -> Exit:
    from backends.simulator.faults import FaultError  # as above
    from backends.simulator.server import serve

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with contextlib.AsyncExitStack() as stack:
        if arguments.exit_with_parent:
            await _watch_stdin(stack, ended)
        try:
            pods = await stack.enter_async_context(serve(options))
        except FaultError as error:
            raise Stop(Exit.USAGE, str(error)) from error
        endpoints = [pod.endpoints for pod in pods]
        if arguments.write_config:
            _write_config(Path(arguments.write_config), endpoints, _profiles(options))
        write_json({"pods": endpoints}, indent=False)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), arguments.for_s)
    return Exit.DONE


async def _watch_stdin(stack: contextlib.AsyncExitStack, ended: asyncio.Event) -> None:
    class Watch(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
            ended.set()

    try:
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(Watch, sys.stdin)
    except (ValueError, OSError) as error:
        raise Stop(Exit.USAGE, "--exit-with-parent needs a pipe on stdin") from error
    stack.callback(transport.close)


def _profiles(options: "ServeOptions") -> str:
    """Ways to provision such nodes: over the network, and from an image, which leaves them drained."""
    from backends.simulator.nvlink import switch_count  # as above

    links = options.gpus * switch_count(options.nodes)
    return f"""
[profiles.pod-os]
boot = "pxe"
gpus = {options.gpus}
links = {links}
partition = "batch"
deadlines = {{ booted_s = 180, os_s = 60, parts_s = 60, joined_s = 60 }}

[profiles.rescue]
boot = "media"
image = "http://images.example/rescue-3.iso"
release = false
deadlines = {{ booted_s = 180, os_s = 60, joined_s = 60 }}
"""


def _write_config(path: Path, pods: Sequence[PodEndpoints], more: str = "") -> None:
    """Write the config whole or not at all, for its owner's eyes: it says where passwords are found."""
    text = "# Simulated pods, while `megapod simulate` serves them.\n" + "".join(map(_pod_toml, pods)) + more
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise Stop(Exit.FAILED, f"cannot write {path}: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink()
        raise Stop(Exit.FAILED, f"cannot write {path}: {error.strerror}") from error


def _pod_toml(pod: PodEndpoints) -> str:
    """The tables of one pod. Values that are the default are left out."""
    lines = ["", f"[pods.{pod.pod}]", "read_only = false"]
    for name, endpoint in (("ssh", pod.ssh), ("scheduler", pod.scheduler)):
        if endpoint is not None:
            lines += ["", f"[pods.{pod.pod}.{name}]", *_assignments(endpoint)]
    for redfish in pod.redfish:
        lines += ["", f"[[pods.{pod.pod}.redfish]]", *_assignments(redfish)]
    return "".join(f"{line}\n" for line in lines)


def _assignments(endpoint: object) -> list[str]:
    """`key = value` for each field that says something. JSON's strings, numbers and lists are TOML's, too."""
    fields = to_builtins(endpoint)
    return [f"{key} = {_toml(value)}" for key, value in fields.items() if value not in (None, "", [], {})]


def _toml(value: object) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_toml(each)}" for key, each in value.items() if each not in (None, "", [], {}))
        return f"{{ {inner} }}"
    return json.dumps(value, ensure_ascii=False)
