"""Writing to the config file: one more pod, everything else as it stands, comments included; whole or not at all."""

import os
import tempfile
from pathlib import Path

import tomlkit
from msgspec import Struct
from msgspec.structs import fields
from tomlkit.exceptions import TOMLKitError

from console import plain_file
from console.config import ConfigError, PodConfig, load

MODE = 0o600


def add_pod(path: Path, name: str, pod: PodConfig) -> None:
    """Add `[pods.NAME]` to the file, or make it. Raises ConfigError, and then nothing has changed.

    What was written is read again before it takes the old one's place: a config that does not load is never left.
    """
    target = path.resolve()  # a link into a repository of dotfiles stays one
    try:
        document = tomlkit.parse(plain_file.text_of(target)) if target.exists() else tomlkit.document()
    except (OSError, TOMLKitError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    pods = document.setdefault("pods", tomlkit.table(is_super_table=True))
    if name in pods:
        raise ConfigError(f"{path}: there is a pod {name!r} already; give another --name, or edit it by hand")
    pods[name] = _table(pod)
    _replace(target, tomlkit.dumps(document))


def text_of(name: str, pod: PodConfig) -> str:
    """What `add_pod` adds, as TOML."""
    document = tomlkit.document()
    pods = tomlkit.table(is_super_table=True)
    pods[name] = _table(pod)
    document["pods"] = pods
    return tomlkit.dumps(document)


def add_line(path: Path, line: str) -> None:
    """Add a line to a file of ours, such as its known_hosts, if it is not there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    before = plain_file.text_of(path) if path.exists() else ""
    if line not in before.splitlines():
        _replace(
            path.resolve(), f"{before}{'' if not before or before.endswith(chr(10)) else chr(10)}{line}\n", check=False
        )


def _table(pod: PodConfig) -> tomlkit.items.Table:
    default = PodConfig()
    table = tomlkit.table()
    for field in pod.__struct_fields__:
        value = getattr(pod, field)
        if value == getattr(default, field):
            continue
        if isinstance(value, Struct):
            table[field] = _inner(value)
        elif field == "redfish":
            tables = tomlkit.aot()
            for endpoint in value:
                tables.append(_inner(endpoint))
            table[field] = tables
        else:
            table[field] = value
    return table


def _inner(value: Struct) -> tomlkit.items.Table:
    """The fields of a struct that are not their defaults, as a table; a struct in it (a secret) on one line."""
    table = tomlkit.table()
    for key, field in _said(value).items():
        if isinstance(field, Struct):
            inline = tomlkit.inline_table()
            inline.update(_said(field))
            table[key] = inline
        else:
            table[key] = field
    return table


def _said(value: Struct) -> dict[str, object]:
    every = {
        known.name: getattr(value, known.name) for known in fields(value) if getattr(value, known.name) != known.default
    }
    return {key: list(said) if isinstance(said, tuple) else said for key, said in every.items()}


def _replace(path: Path, text: str, *, check: bool = True) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else MODE
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, mode)  # noqa: PTH101 - the name of the file that is open
        if check:
            load(beside)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
