"""`megapod blast ENTITY`: what something hits, and what it stands on. For hardware, a node or a job."""

import argparse
import contextlib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from backends.model.snapshot import Snapshot
from console.config import Config, load
from console.exit import Exit
from console.headless import document, loop, options, output
from console.headless.diagnostics import Stop, say
from console.insight.radius import Radius, gpu_named, radius
from console.state.session import Session
from console.views.radius import lines

_MOST_CLOSE = 3

EPILOG = """\
examples:
  megapod blast cdu:cdu-1              which nodes, jobs, gangs and users a coolant unit carries
  megapod blast gpu007                 what a node hits, and the rack, loop, shelf and switch under it
  megapod blast gpu:gpu007/3           one GPU: the job that holds it, and its whole gang
  megapod blast job:1234               what a slow job stands on, and what of that is not well
  megapod blast rack:r1 -o json

An entity is KIND:NAME, or a node's name, or any name that only one thing has. Kinds: rack, tray, node, gpu
(NODE/INDEX), link (NODE/INDEX/LINK), switch, nvlink-domain, cdu, loop, pump, filter, leak-detector, power-shelf,
power-supply, pdu, outlet, circuit, fan, job. Each line that was concluded and not
stated says so: exact, node-level or inferred.

exit codes: 0 found · 2 no such thing · 3 the data is partial
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("entity", metavar="ENTITY", help="cdu:cdu-1, rack:r1, gpu007, job:1234 …")
    options.add_config(parser)
    options.add_output(parser)
    options.add_timeout(parser, "15s", "how long to wait for slow sources")


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    return loop.run(_blast(arguments, load(arguments.config).only(arguments.pod)))


async def _blast(arguments: argparse.Namespace, config: Config) -> Exit:
    async with Session(config) as session:
        snapshots = await session.look(arguments.timeout_s)
    holes = [(pod, one) for pod, now in snapshots.items() for one in now.sources.values() if document.missing(one)]
    for pod, status in holes:
        say(document.problem(pod, status))
    pod, entity = find(arguments.entity, snapshots)
    found = radius(snapshots[pod], entity)
    if arguments.output == "json":
        output.write_json(
            {"apiVersion": output.API_VERSION, "kind": "Blast", "pod": pod, "partial": bool(holes), **_fields(found)}
        )
    else:
        output.write("".join(f"{line.text}\n" for line in lines(found)))
    return Exit.PARTIAL if holes else Exit.DONE


def find(words: str, snapshots: Mapping[str, Snapshot]) -> tuple[str, str]:
    """The pod and the id of what a person named. Raises Stop for nothing, and for more than one."""
    known = [(pod, identity) for pod, now in snapshots.items() for identity in now.topology.components]
    exact = [found for found in known if found[1] == words]
    named = exact or [found for found in known if found[1].partition(":")[2] == words] or _gpus(words, snapshots)
    if len(named) == 1:
        return named[0]
    if named:
        raise Stop(
            Exit.USAGE, f"{words}: more than one: {', '.join(f'{pod} {identity}' for pod, identity in named[:6])}"
        )
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


def _fields(found: Radius) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__struct_fields__}
