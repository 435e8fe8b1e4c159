"""`megapod blast ENTITY`: what something hits, and what it stands on. For hardware, a node or a job."""

import argparse
import contextlib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from backends.model.snapshot import Snapshot
from console.config import Config, load
from console.deadline import patience_s
from console.exit import Exit
from console.headless import document, loop, output
from console.headless.diagnostics import Stop, say
from console.insight.radius import Radius, gpu_named, radius
from console.state.session import Session
from console.views.radius import lines

_MOST_CLOSE = 3


class Blast(Radius, frozen=True, kw_only=True):
    """A radius as a document."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str = "Blast"
    pod: str
    partial: bool


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if not arguments.entity.strip():
        raise Stop(Exit.USAGE, "blast what? Name it, as in `megapod blast gpu007`")
    return loop.run(_blast(arguments, load(arguments.config).only(arguments.pod)))


async def _blast(arguments: argparse.Namespace, config: Config) -> Exit:
    async with Session(config) as session:
        return told(arguments, await session.look(patience_s(arguments.timeout_s)))


def told(arguments: argparse.Namespace, snapshots: Mapping[str, Snapshot]) -> Exit:
    """Find it, and print what it hits."""
    pod, entity = find(arguments.entity, snapshots)
    holes = [(pod, one) for pod, now in snapshots.items() for one in now.sources.values() if document.missing(one)]
    for hole, status in holes:
        say(document.problem(hole, status))
    found = radius(snapshots[pod], entity)
    if arguments.form.name == "table":
        output.write("".join(f"{line.text}\n" for line in lines(found)))
    else:
        fields = {name: getattr(found, name) for name in found.__struct_fields__}
        output.write_document(Blast(pod=pod, partial=bool(holes), **fields), arguments.form)
    return Exit.PARTIAL if holes else Exit.DONE


def find(words: str, snapshots: Mapping[str, Snapshot]) -> tuple[str, str]:
    """The pod and the id of what a person named. Raises Stop for nothing, and for more than one.

    While a source that may know it does not answer, it is not unknown: that is said instead.
    """
    known = [(pod, identity) for pod, now in snapshots.items() for identity in now.topology.components]
    exact = [found for found in known if found[1] == words]
    named = exact or [found for found in known if found[1].partition(":")[2] == words] or _gpus(words, snapshots)
    if len(named) == 1:
        return named[0]
    if named:
        raise Stop(
            Exit.USAGE, f"{words}: more than one: {', '.join(f'{pod} {identity}' for pod, identity in named[:6])}"
        )
    silent = [(pod, one) for pod, now in snapshots.items() for one in now.sources.values() if document.missing(one)]
    if silent:
        raise Stop(Exit.PARTIAL, f"{words}: not known, as not all was told; {document.problem(*silent[0])}")
    close = _close(words, dict.fromkeys(identity for _, identity in known))
    raise Stop(Exit.USAGE, f"{words}: nothing of that name{f'; did you mean {close}?' if close else ''}")


def _gpus(words: str, snapshots: Mapping[str, Snapshot]) -> list[tuple[str, str]]:
    """GPUs and their links, which no list holds: `gpu:NODE/INDEX`, `link:NODE/INDEX/LINK`, or without the kind."""
    kind, colon, _ = words.partition(":")
    names = [words] if colon else [f"gpu:{words}", f"link:{words}"]
    found = []
    for pod, now in snapshots.items():
        for name in names if not colon or kind in ("gpu", "link") else ():
            with contextlib.suppress(KeyError):
                gpu_named(now, name)
                found.append((pod, name))
    return found


def _close(words: str, known: Iterable[str]) -> str:
    """The nearest names, of the same kind where one was given; by the name alone where none was."""
    names = {identity if ":" in words else identity.partition(":")[2]: identity for identity in known}
    close = get_close_matches(words, names, n=_MOST_CLOSE)
    *most, last = [names[one] for one in close] or [""]
    return f"{', '.join(most)} or {last}" if most else last
