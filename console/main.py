"""The `megapod` command: parses the words, imports the one verb that was asked for, and ends with its code.

Nothing heavy is imported here: `--version` and `--help` cost what Python and argparse cost.
"""

import argparse
import gc
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from console.deadline import add_deadline, hold, release
from console.parser import Parser, prepare, tell

VERBS = {
    "get": "list pods, racks, nodes, gpus, jobs, plant or findings",
    "describe": "one thing whole, as every source has it",
    "blast": "what something hits, and what it stands on",
    "findings": "what is wrong and who is on it: list, ack, unack, snooze, note",
    "drain": "keep new work away from nodes; running work completes",
    "resume": "give nodes back to the scheduler",
    "cordon": "close nodes to new work; what runs there runs on",
    "hold": "keep nodes out until released, whoever resumes what",
    "release": "lift a hold; the nodes stay drained",
    "power": "switch nodes on, off, cycle, reset or nmi, in batches",
    "provision": "start nodes anew as a profile says, check them, give them back",
    "exec": "run a command on nodes over SSH; the same answers stand together",
    "logs": "the log of a node's controller, its journal, or a job's output",
    "apply": "run a plan that --plan-out has saved",
    "ops": "operations under way: list, show, watch, pause, resume, cancel, adopt, retry",
    "audit": "who did what, when, from where, why, and what came of it",
    "wait": "wait until nodes are in a state, a job has ended, an operation is over",
    "watch": "a line of JSON for each thing that comes, changes or goes",
    "events": "print what the controllers say on their event streams",
    "schema": "what our JSON looks like, as JSON Schema",
    "pod": "add a pod to the config: who is there, is it to be trusted, does it answer",
    "check": "a pod against its bill of materials: every deviation by name",
    "screenshots": "the views of the console as SVG files, without a terminal",
    "completion": "a script that completes words: bash, zsh, fish",
    "doctor": "check each pod's config and endpoints, and say what to fix",
    "demo": "open the console on a simulated pod",
    "simulate": "serve simulated pods without a screen",
    "screen": "open the console on your pods (also: megapod alone)",
}

HIDDEN = {
    "complete": "what could come next on a line",
    "carry": "carry one operation to its end",
}

COLLECT = (50_000, 20, 20)
"""When Python looks for cycles. Its own pace (700 objects) is for programs that import little: 15 ms of every verb."""

EPILOG = """\
Alone, `megapod` opens the console on the pods of your config. First time here: `megapod demo`.

exit codes: 0 done · 1 failed · 2 usage · 3 unreachable or partial · 4 deadline passed · 5 refused by policy
            6 conflict · 7 confirmation needed · 8 some targets failed · 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    began_s = time.monotonic()
    words = list(sys.argv[1:] if argv is None else argv)
    prepare()
    if words[:1] in (["--version"], ["-V"]):
        from console.version import version

        tell(f"megapod {version()}\n", sys.stdout)
        return 0
    _check_packages()
    parser = parser_of(words)
    arguments = parser.parse_args(words or ["screen"])
    hold(arguments, began_s)
    from console.headless.diagnostics import ended_by

    try:
        return int(_module(arguments.verb).run(arguments))
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the border: what is no known end is raised again there
        return int(ended_by(error))
    finally:
        release()


def process() -> NoReturn:
    """The command as a process of its own: ends with its code, and at once.

    Python would take its modules apart first, 40 ms after the last word was said. Every verb closes what it opened
    before it returns; whoever looks for what was not (`python -X dev`) gets the whole end.
    """
    gc.set_threshold(*COLLECT)
    try:
        _fill_streams()
        _find_home()
        _listen()
        code = main()
    except KeyboardInterrupt:  # while it was still finding out what was asked
        code = 130
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed from the start, or its reader has left: nothing waits in it
            if stream is not None:
                stream.flush()
    if sys.flags.dev_mode:
        sys.exit(code)
    os._exit(code)


def _fill_streams() -> None:
    """Put the null device where stdin, stdout or stderr was closed: the next file or socket to be opened would be it.

    Data for a closed stdout is still dropped as such; what is said to nobody is said there.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest that is free
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - open until the end


def _find_home() -> None:
    """Where there is no home (a container's user that no passwd has), nothing is found in it and nothing kept."""
    if os.environ.get("HOME"):
        return
    os.environ.pop("HOME", None)
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = os.devnull


def _listen() -> None:
    """Make every signal that asks for an end a KeyboardInterrupt, until an event loop listens: one code, no traceback.

    What whoever started us has set to be ignored (nohup, a script's background job) stays so.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _check_packages() -> None:
    """End at once where another distribution's `backends` or `widgets` would be imported: the names are common."""
    ours = Path(__file__).parent.parent
    for name in ("backends", "widgets"):
        found = find_spec(name)
        where = Path(found.origin).parent.parent if found and found.origin else None
        if where != ours:
            sys.stderr.write(
                f"megapod: the package {name!r} is {where or 'missing'}, not megapod's own in {ours}; "
                "install megapod-console in an environment of its own (pipx, or a venv)\n"
            )
            raise SystemExit(2)


def parser_of(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the asked verb, with the others as names and help lines only: their modules stay unimported."""
    parser = Parser(
        prog="megapod",
        description="The operator console for AI compute pods: hardware, jobs and health as one; drains nodes, too.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action="store_true", help="print the version and exit")
    add_deadline(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs", required=True)
    asked = next((word for word in words if word in VERBS or word in HIDDEN), "" if words else "screen")
    hidden = {asked: HIDDEN[asked]} if asked in HIDDEN else {}
    for verb, line in {**VERBS, **hidden}.items():
        sub = verbs.add_parser(
            verb,
            help=line,
            description=line[0].upper() + line[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if verb == asked:
            import_module(f"console.headless.usage.{verb}").configure(sub)
    return parser


def _module(verb: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a module, with `configure` and `run`
    return import_module(f"console.headless.{verb}")


if __name__ == "__main__":
    process()
