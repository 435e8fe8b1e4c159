"""Options that several verbs share, so that they mean the same everywhere. Costs no more than argparse."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console import moment
from console.headless.forms import DOCUMENTS, LISTS, shown

if TYPE_CHECKING:
    from console.headless.form import Form


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config` and `--pod`."""
    parser.add_argument("--config", metavar="FILE", help="config file (default: $XDG_CONFIG_HOME/megapod/config.toml)")
    parser.add_argument("--pod", metavar="POD", help="only this pod")


def add_forms(parser: argparse.ArgumentParser) -> None:
    """`-o` of a list, kept as `form`: the same forms for every list."""
    parser.add_argument(
        "-o",
        "--output",
        dest="form",
        type=list_form,
        default="table",
        metavar="FORM",
        help=f"how to print: {shown(LISTS)} (default: table)",
    )


def add_document(parser: argparse.ArgumentParser) -> None:
    """`-o` of a single document, kept as `form`."""
    parser.add_argument(
        "-o",
        "--output",
        dest="form",
        type=document_form,
        default="table",
        metavar="FORM",
        help=f"how to print: {shown(DOCUMENTS)} (default: table)",
    )


def list_form(text: str) -> "Form":
    """A form of a list, for argparse."""
    from console.headless.form import list_form as read  # with msgspec 30 ms, and not needed for help

    return read(text)


def document_form(text: str) -> "Form":
    """A form of a single document, for argparse."""
    from console.headless.form import document_form as read  # as above

    return read(text)


def add_targets(parser: argparse.ArgumentParser) -> None:
    """NODES and `--select`."""
    parser.add_argument(
        "nodes",
        nargs="?",
        default="",
        metavar="NODES",
        help="a node set: gpu[001-004], @rack:r1, @job:1234; - is stdin",
    )
    add_select(parser)


def add_select(parser: argparse.ArgumentParser) -> None:
    """`--select`."""
    parser.add_argument(
        "--select",
        metavar="EXPR",
        help="only what this holds for, as in 'state=drain & gpu.temp>80C'; '?' lists the fields",
    )


def add_change(parser: argparse.ArgumentParser, *, reason: bool) -> None:
    """What every write takes. `reason`: a person must say why."""
    add_targets(parser)
    if reason:
        parser.add_argument("--reason", default="", help="why; written to the scheduler beside your name")
    else:
        parser.add_argument("--reason", default="", help="why; kept in the journal beside your name")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")
    parser.add_argument("--plan-out", metavar="FILE", help="save the plan for `megapod apply FILE` and change nothing")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    add_expect(parser)
    parser.add_argument("--wait", action="store_true", help="wait until it is done, not only begun")
    add_timeout(parser, None, "give up waiting after this (implies --wait); what was begun stands")
    add_config(parser)
    add_document(parser)


def add_expect(parser: argparse.ArgumentParser) -> None:
    """`--expect`, which is what typing the count is on the screen."""
    text = "how many nodes it changes, or how many jobs it ends: anything else and nothing is done"
    parser.add_argument("--expect", type=number, metavar="N", help=text)


def add_journal(parser: argparse.ArgumentParser) -> None:
    """`--config` and `--journal`."""
    parser.add_argument("--config", metavar="FILE", help="config file; its `journal` is the one that is read")
    parser.add_argument("--journal", metavar="FILE", help="this journal, whatever the config says")


def add_timeout(parser: argparse.ArgumentParser, default: str | None, help_text: str) -> None:
    """`--timeout`, kept in seconds as `timeout_s`; None waits for ever."""
    shown = f" (default: {default})" if default else " (default: none)"
    parser.add_argument(
        "--timeout",
        dest="timeout_s",
        type=seconds,
        default=seconds(default) if default else None,
        metavar="TIME",
        help=f"{help_text}, as in 30s, 5m, 2h{shown}",
    )


def number(text: str) -> int:
    """A whole number from 1 up."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def tolerated(text: str) -> int:
    """A whole number from 0 up: how many may go wrong."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 up")
    return int(text)


def some_seconds(text: str) -> float:
    """A time that is one: not 0."""
    found = seconds(text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no time at all")
    return found


def seconds(text: str) -> float:
    """`30s`, `5m`, `1.5h`, or a plain number of seconds."""
    try:
        return moment.seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def later(text: str) -> datetime:
    """An instant to come: `8h`, `3d`, or an ISO time."""
    try:
        return moment.later(text, datetime.now(UTC))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def earlier(text: str) -> datetime:
    """An instant that was: `2h` ago, or an ISO time."""
    try:
        return moment.earlier(text, datetime.now(UTC))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
