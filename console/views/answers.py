"""Answers of nodes to a command, gathered: nodes that said the same stand together, once."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from backends.clean import clean, printable
from backends.model.answer import Answer, Ending
from console.targets import fold
from console.words import count

_BEST_FIRST = tuple(Ending)


class Gathered(Struct, frozen=True, kw_only=True):
    """Nodes with one answer: how it ended, its status, what it wrote, as it came."""

    nodes: tuple[str, ...]
    ending: Ending
    status: int | None
    stdout: str
    stderr: str
    error: str

    @property
    def title(self) -> str:
        """`gpu[001-003] (3): done`."""
        return f"{fold(self.nodes)} ({len(self.nodes)}): {_how(self.ending, self.status, self.error)}"


def gather(answers: Iterable[Answer]) -> list[Gathered]:
    """The answers by what they say: the good ones first, the larger groups first; what went wrong stands last."""
    groups: dict[tuple[Ending, int | None, str, str, str], list[str]] = {}
    for one in answers:
        # An error begins with the host it is of; without it, alike is alike.
        error = one.error.partition(": ")[2] or one.error
        groups.setdefault((one.ending, one.status, one.stdout, one.stderr, error), []).append(one.node)
    gathered = [
        Gathered(nodes=tuple(sorted(nodes)), ending=ending, status=status, stdout=out, stderr=err, error=error)
        for (ending, status, out, err, error), nodes in groups.items()
    ]
    gathered.sort(key=lambda group: (_BEST_FIRST.index(group.ending), -len(group.nodes), group.nodes))
    return gathered


def block(group: Gathered) -> str:
    """A group with its output, for people: `== NODES (N): how`, then what it wrote, safe on a terminal."""
    return f"== {group.title}\n{_whole(group.stdout)}"


def lines(answer: Answer) -> str:
    """One node's output with its name before each line, as pdsh has it."""
    return "".join(f"{answer.node}: {line}\n" for line in _whole(answer.stdout).splitlines())


def error_lines(nodes: Iterable[str], stderr: str) -> Iterator[str]:
    """What a command wrote to stderr, with its nodes before each line."""
    folded = fold(nodes)
    for line in printable(stderr).rstrip("\n").split("\n") if stderr.strip() else ():
        yield f"{folded}: {line}"


def summary(answers: Iterable[Answer]) -> str:
    """`254 done; 1 failed (exit 3): gpu007; 1 timeout: gpu004`."""
    groups: dict[tuple[Ending, int | None], list[str]] = {}
    for one in answers:
        groups.setdefault((one.ending, one.status), []).append(one.node)
    ordered = sorted(groups.items(), key=lambda group: (_BEST_FIRST.index(group[0][0]), -len(group[1])))
    parts = [
        f"{count(len(nodes), 'node')} done" if ending is Ending.DONE else f"{_how(ending, status, '')}: {fold(nodes)}"
        for (ending, status), nodes in ordered
    ]
    return "; ".join(parts)


def _how(ending: Ending, status: int | None, error: str) -> str:
    word = f"exit {status}" if ending is Ending.FAILED and status is not None else ending.value.replace("-", " ")
    if ending in (Ending.TIMEOUT, Ending.LOST, Ending.INTERRUPTED):
        word += ", whether it had its effect is unknown"
    return f"{word}: {clean(error)}" if error else word


def _whole(text: str) -> str:
    """Output as lines that end, whatever its last one did."""
    shown = printable(text)
    return shown if not shown or shown.endswith("\n") else f"{shown}\n"
