"""Options that several verbs share, so that they mean the same everywhere."""

import argparse
from typing import NoReturn

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def add_config(parser: argparse.ArgumentParser) -> None:
    """`--config` and `--pod`."""
    parser.add_argument("--config", metavar="FILE", help="config file (default: $XDG_CONFIG_HOME/megapod/config.toml)")
    parser.add_argument("--pod", metavar="POD", help="only this pod")


def add_output(parser: argparse.ArgumentParser) -> None:
    """`-o`."""
    parser.add_argument(
        "-o", "--output", choices=("table", "json"), default="table", help="how to print (default: table)"
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
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = text[len(number) :] or "s"
    try:
        value = float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        _bad(text)
    if not 0 <= value < float("inf"):
        _bad(text)
    return value


def _bad(text: str) -> NoReturn:
    raise argparse.ArgumentTypeError(f"{text!r} is not a time: write 30s, 5m or 2h")
