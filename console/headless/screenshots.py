"""`megapod screenshots`: the views of the console as SVG files, drawn without a terminal."""

import argparse
import os
from pathlib import Path

from console.config import Config, load
from console.deadline import patience_s
from console.exit import Exit
from console.headless import document, loop
from console.headless.diagnostics import Stop, say
from console.headless.usage.screenshots import VIEWS
from console.plain_file import put
from console.words import count


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    config = load(arguments.config).only(arguments.pod)
    folder = Path(arguments.to)
    if not folder.is_dir():
        raise Stop(Exit.USAGE, f"{folder}: no such folder")
    return loop.run(_take(arguments, config, folder))


async def _take(arguments: argparse.Namespace, config: Config, folder: Path) -> Exit:
    os.environ["TEXTUAL_ANIMATIONS"] = "none"  # read when textual is imported
    from console.tui.shots import shots  # textual, 0.25 s

    taken = await shots(config, arguments.size, arguments.views or VIEWS, within_s=patience_s(arguments.timeout_s))
    for name, svg in taken.views.items():
        _write(folder / f"{name}.svg", svg)
    say(f"{count(len(taken.views), 'view')} of {taken.snapshot.pod} written to {folder}")
    holes = [status for status in taken.snapshot.sources.values() if document.missing(status)]
    for status in holes:
        say(document.problem(taken.snapshot.pod, status))
    return Exit.PARTIAL if holes else Exit.DONE


def _write(path: Path, svg: str) -> None:
    """Whole or not at all. Raises Stop."""
    try:
        put(path, svg.encode())
    except OSError as error:
        raise Stop(Exit.FAILED, f"cannot write {path}: {error.strerror}") from error
