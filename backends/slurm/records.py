"""The lines of `scontrol -o show ...`: `Key=Value` pairs, some of whose values hold spaces."""

import re
from collections.abc import Iterator

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_:/.]*=")


def pairs(line: str) -> dict[str, str]:
    """One record. A word that is no pair continues the value before it; the first of two equal keys counts.

    The first counts because what people write (comments, reasons) stands after what Slurm states.
    """
    found: dict[str, str] = {}
    key = ""
    for word in line.split(" "):
        match = _KEY.match(word)
        if match and match.group()[:-1] not in found:
            key = match.group()[:-1]
            found[key] = word[match.end() :]
        elif key and word:
            found[key] = f"{found[key]} {word}".strip()
    return found


def lines(text: str, first_key: str) -> Iterator[str]:
    """The records of an answer: lines that begin with `first_key=`; a line that does not continues the one before."""
    record = ""
    for line in text.split("\n"):
        if line.startswith(f"{first_key}="):
            if record:
                yield record
            record = line
        elif record and line:
            record += f" {line}"
    if record:
        yield record
