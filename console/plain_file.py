"""Files that a person has written, UTF-8 whatever the locale; files of ours, written whole or not at all."""

import os
from codecs import BOM_UTF8
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 16_000_000


def text_of(path: Path) -> str:
    """All of it, line ends as they are, without the mark that some editors put first.

    Raises OSError, or ValueError that says why it is no such file.
    """
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES // 1_000_000} MB")
    try:
        return data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"not UTF-8 (line {line})") from None


def put(path: Path, data: bytes) -> None:
    """Write a file, or leave the one that was there as it was, and nothing beside it. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
