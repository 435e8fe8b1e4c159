"""A file that a person has written, as text: UTF-8 whatever the locale, without the mark some editors put first."""

from codecs import BOM_UTF8
from pathlib import Path

MOST_BYTES = 16_000_000


def text_of(path: Path) -> str:
    """All of it, line ends as they are. Raises OSError, or ValueError that says why it is no such file."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES // 1_000_000} MB")
    try:
        return data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"not UTF-8 (line {line})") from None
