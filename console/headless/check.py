"""`megapod check POD`: the pod against its bill of materials; every deviation by name."""

import argparse
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from console.config import Config, ConfigError, default_path, load
from console.exit import Exit
from console.expected import Bill, Deviation, deviations, taken
from console.headless import document, loop, output
from console.headless.diagnostics import Stop, say
from console.plain_file import put, text_of
from console.state.session import Session
from console.words import count


class CheckResult(Struct, frozen=True, kw_only=True):
    """What came of it, as a document. `partial`: some source did not answer, see `errors`."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str = "CheckResult"
    pod: str
    expected: str
    partial: bool
    errors: tuple[str, ...]
    deviations: tuple[Deviation, ...]


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    config = load(arguments.config).only(arguments.pod)
    beside = Path(config.path or default_path()).with_name(f"{arguments.pod}.expected.toml")
    path = Path(arguments.expected) if arguments.expected else beside
    if arguments.write_expected and path.exists():
        raise Stop(Exit.USAGE, f"{path}: is there already; move it away to write a new one")
    bill = None if arguments.write_expected else _read(path)
    return loop.run(_check(arguments, config, path, bill))


async def _check(arguments: argparse.Namespace, config: Config, path: Path, bill: Bill | None) -> Exit:
    async with Session(config) as session:
        snapshot = (await session.look(arguments.timeout_s))[arguments.pod]
    holes = [status for status in snapshot.sources.values() if document.missing(status)]
    errors = tuple(document.problem(snapshot.pod, status) for status in holes)
    for problem in errors:
        say(problem)
    if bill is None:
        if holes:
            raise Stop(Exit.PARTIAL, f"{path}: not written: a bill is taken when every source answers")
        if not snapshot.nodes:
            raise Stop(Exit.PARTIAL, f"{path}: not written: no node of {snapshot.pod} is known")
        return _write(path, taken(snapshot), count(len(snapshot.nodes), "node"))
    found = deviations(bill, snapshot, whole=not holes)
    result = CheckResult(pod=snapshot.pod, expected=str(path), partial=bool(holes), errors=errors, deviations=found)
    if arguments.form.name == "table":
        output.write("".join(f"{_line(one)}\n" for one in found))
    else:
        output.write_document(result, arguments.form)
    known = [one for one in found if one.how != "unknown"]
    say(f"{snapshot.pod}: {count(len(known), 'deviation')}, {len(found) - len(known)} unknown, against {path}")
    if known:
        return Exit.SOME_FAILED
    return Exit.PARTIAL if found or holes else Exit.DONE


def _read(path: Path) -> Bill:
    try:
        bill = msgspec.convert(tomllib.loads(text_of(path)), Bill)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no bill of materials; --write-expected writes one from what is there") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:  # TOML's and msgspec's own are such, too
        raise ConfigError(f"{path}: {error}") from None
    if problem := bill.problem():
        raise ConfigError(f"{path}: {problem}")
    return bill


def _write(path: Path, bill: Bill, what: str) -> Exit:
    import tomlkit  # 30 ms, only where it is written

    whole = msgspec.to_builtins(bill)
    groups = [{key: value for key, value in group.items() if value not in ("", None)} for group in whole["group"]]
    text = tomlkit.dumps({"group": groups, "components": whole["components"]})
    try:
        put(path, text.encode())
    except OSError as error:
        raise Stop(Exit.FAILED, f"cannot write {path}: {error.strerror}") from error
    say(f"{path}: written from {what} and what stands around them; look at it before you believe it")
    return Exit.DONE


def _line(one: Deviation) -> str:
    if one.how == "differs":
        return f"{one.entity}  {one.what}: {one.found}, expected {one.expected}"
    said = f"{one.entity}  {one.what}: {one.how}"
    return f"{said}, expected {one.expected}" if one.expected else said
