"""`megapod complete SHELL LINE`: what could come next on a line, one a line. For the scripts of `megapod completion`.

Out of the parser itself, the config, and the names that were seen last; never out of a pod.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from backends.model.node import Service
from console.config import ConfigError, load
from console.exit import Exit
from console.headless import names, output
from console.headless.forms import DOCUMENTS, LISTS
from console.headless.names import Names
from console.headless.options import document_form
from console.main import parser_of

MOST = 2000


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    words = arguments.line.split(" ")[1:] or [""]
    words = [*filter(None, words[:-1]), words[-1]]
    found = [word for word in dict.fromkeys(candidates(words)) if word.startswith(words[-1])]
    cut = _cut(words[-1]) if arguments.shell == "bash" else 0
    output.write("".join(f"{word[cut:]}\n" for word in found[:MOST]))
    return Exit.DONE


def candidates(words: Sequence[str]) -> Iterator[str]:
    """Whole words that the last of these could become, and some that it could not."""
    *before, last = words
    parser, action, count = parser_of(before), None, 0
    for word in before:
        action, parser, count = _step(parser, action, word, count)
    option, equals, _ = last.partition("=")
    if equals and (known := _options(parser).get(option)) is not None:
        yield from (f"{option}={value}" for value in _values(known, before, last.partition("=")[2]))
    elif action is not None:
        yield from _values(action, before, last)
    elif last.startswith("-"):
        yield from _options(parser)
    else:
        positionals = [one for one in _actions(parser) if not one.option_strings]
        if positionals:
            yield from _values(positionals[min(count, len(positionals) - 1)], before, last)


_Position = tuple[argparse.Action | None, argparse.ArgumentParser, int]


def _step(parser: argparse.ArgumentParser, action: argparse.Action | None, word: str, count: int) -> _Position:
    """Where one whole word leads: the option that waits for its value, the parser, the positionals had."""
    if action is not None:
        return None, parser, count
    if word.startswith("-"):
        known = _options(parser).get(word)
        return (known if known is not None and known.nargs != 0 else None), parser, count
    for one in _actions(parser):
        if isinstance(one, argparse._SubParsersAction) and word in one.choices:  # noqa: SLF001 - argparse has no other name for it
            return None, one.choices[word], 0
    return None, parser, count + 1


def _values(action: argparse.Action, before: Sequence[str], last: str) -> Iterable[str]:
    if action.choices is not None:
        return map(str, action.choices)
    told = _TOLD.get(str(action.metavar))
    if action.dest == "form":
        return DOCUMENTS if action.type is document_form else LISTS
    return told(before, last) if told else ()


def _of_config(table: str) -> Callable[[Sequence[str], str], Iterable[str]]:
    """The names in one of the config's tables."""

    def told(before: Sequence[str], _last: str) -> Iterable[str]:
        try:
            named: dict[str, object] = getattr(load(_said(before, "--config")), table)
        except ConfigError:
            return ()
        return named

    return told


def _known(before: Sequence[str]) -> list[Names]:
    """The names of the pods of the config, or of the one that `--pod` names."""
    try:
        config = load(_said(before, "--config"))
    except ConfigError:
        return []
    pod = _said(before, "--pod")
    return [one for name, one in names.known(config.path).items() if name in config.pods and pod in (None, name)]


def _said(before: Sequence[str], option: str) -> str | None:
    for at, word in enumerate(before):
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
        if word == option and at + 1 < len(before):
            return before[at + 1]
    return None


def _node_sets(before: Sequence[str], last: str) -> Iterator[str]:
    """Nodes and groups, after the last comma of what is typed."""
    head = last[: last.rfind(",") + 1]
    for one in _known(before):
        for group, members in (
            ("rack", one.racks),
            ("job", one.jobs),
            ("partition", one.partitions),
            ("finding", one.findings),
        ):
            yield from (f"{head}@{group}:{member}" for member in members)
        yield from (f"{head}{node}" for node in one.nodes)
    yield from (f"{head}@state:{state.value}" for state in Service)


def _entities(before: Sequence[str], _last: str) -> Iterator[str]:
    for one in _known(before):
        yield from (*one.nodes, *one.components, *(f"job:{job}" for job in one.jobs), *one.findings)


def _kinds(_before: Sequence[str], _last: str) -> Iterable[str]:
    from console.headless.kinds import kinds  # every kind's types: 30 ms

    return kinds()


def _goals(_before: Sequence[str], _last: str) -> Iterator[str]:
    from console.headless.usage.wait import HEALTH, STATES  # its parser has it by now

    yield from (f"state={state}" for state in STATES)
    yield from (f"health={health}" for health in HEALTH)
    yield from ("job=", "op=")


_TOLD: dict[str, Callable[[Sequence[str], str], Iterable[str]]] = {
    "POD": _of_config("pods"),
    "PROFILE": _of_config("profiles"),
    "GATE": _of_config("gates"),
    "NODES": _node_sets,
    "ENTITY": _entities,
    "KIND": _kinds,
    "WHAT=WORD": _goals,
}
"""Who knows the words of an argument, by what its help calls it."""


def _actions(parser: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    return parser._actions  # noqa: SLF001 - argparse shows its actions in no other way


def _options(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    return {name: action for action in _actions(parser) for name in action.option_strings}


def _cut(word: str) -> int:
    """How much of the word bash has split off: it gives and takes what stands after the last of its breaks."""
    breaks = os.environ.get("MEGAPOD_WORDBREAKS", "")
    return max((at + 1 for at, char in enumerate(word) if char in breaks), default=0)
