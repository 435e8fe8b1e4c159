"""Options that several verbs share, so that they mean the same everywhere."""

import argparse
from datetime import UTC, datetime

from console import moment
from console.headless.form import DOCUMENTS, LISTS, TABLE, document_form, list_form, shown


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config` and `--pod`."""
    parser.add_argument("--config", metavar="FILE", help="config file (default: $XDG_CONFIG_HOME/megapod/config.toml)")
    parser.add_argument("--pod", metavar="POD", help="only this pod")


def add_output(parser: argparse.ArgumentParser) -> None:
    """`-o`."""
    parser.add_argument(
        "-o", "--output", choices=("table", "json"), default="table", help="how to print (default: table)"
    )


def add_forms(parser: argparse.ArgumentParser) -> None:
    """`-o` of a list, kept as `form`: the same forms for every list."""
    parser.add_argument(
        "-o",
        "--output",
        dest="form",
        type=list_form,
        default=TABLE,
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
        default=TABLE,
        metavar="FORM",
        help=f"how to print: {shown(DOCUMENTS)} (default: table)",
    )


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
