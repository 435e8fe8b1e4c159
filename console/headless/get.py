"""`megapod get KIND`: what is known now, as a table or as JSON. Asks each source once; partial data says so."""

import argparse
from datetime import datetime

from backends.model.snapshot import Snapshot
from console.config import Config, load
from console.exit import Exit
from console.headless import document, loop, options, output
from console.headless.change import scheduler_only, targets_of
from console.headless.diagnostics import say
from console.state.session import Session
from console.views import findings, gpus, jobs, nodes, plant, pods, racks
from console.views.cell import Cell, Column, Row, View

VIEWS = {
    "racks": racks.view,
    "nodes": nodes.view,
    "gpus": gpus.view,
    "jobs": jobs.view,
    "plant": plant.view,
    "findings": findings.view,
}

EPILOG = """\
examples:
  megapod get nodes                      every node, with what each source says of it
  megapod get nodes gpu[001-004]         some of them
  megapod get nodes @state:drained       groups: @rack: @state: @job: @partition:
  megapod get jobs -o json | jq '.items[] | select(.gpus >= 8) | .id'
  megapod get plant                      power, cooling, leaks, fabric, with their readings
  megapod get findings                   what is wrong, worst first

exit codes: 0 all sources answered · 2 usage · 3 the data is partial (which sources, on stderr and in the JSON)
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = EPILOG
    parser.add_argument("kind", choices=("pods", *VIEWS), help="what to list")
    parser.add_argument("nodes", nargs="?", metavar="NODES", help="only these nodes (with `get nodes`)")
    options.add_config(parser)
    options.add_output(parser)
    options.add_timeout(parser, "15s", "how long to wait for slow sources")


def run(arguments: argparse.Namespace) -> Exit:
    """Run the verb."""
    if arguments.nodes is not None and arguments.kind != "nodes":
        say(f"get {arguments.kind} takes no node set; `megapod get nodes {arguments.nodes}` does")
        return Exit.USAGE
    config = load(arguments.config).only(arguments.pod)
    return loop.run(_get(arguments, scheduler_only(config) if arguments.kind == "jobs" else config))


async def _get(arguments: argparse.Namespace, config: Config) -> Exit:
    async with Session(config) as session:
        snapshots = await session.look(arguments.timeout_s)
        now = session.clock.now()
    chosen = None
    if arguments.nodes is not None:
        targets = targets_of(arguments.nodes, snapshots)
        chosen = targets.nodes
        snapshots = {targets.pod: snapshots[targets.pod]}
    asked = frozenset(name for snapshot in snapshots.values() for name in snapshot.sources)
    result = document.document(arguments.kind, snapshots, now, asked)
    if arguments.output == "json":
        items = result.items if chosen is None else tuple(item for item in result.items if item["name"] in chosen)
        output.write_json(document.with_items(result, items))
    else:
        view = _view(arguments.kind, snapshots, now, chosen)
        if not view.rows:
            say(view.empty)
        output.write_table(view)
    for problem in result.errors:
        say(problem)
    return Exit.PARTIAL if result.partial else Exit.DONE


def _view(kind: str, snapshots: dict[str, Snapshot], now: datetime, chosen: tuple[str, ...] | None) -> View:
    """The table of a kind; with several pods, a first column says which."""
    if kind == "pods":
        return pods.view(snapshots.values(), now)
    if chosen is not None:
        return nodes.view(next(iter(snapshots.values())), now, chosen)
    views = {pod: VIEWS[kind](snapshot, now) for pod, snapshot in snapshots.items()}
    first = next(iter(views.values()))
    if len(views) == 1:
        return first
    rows = (Row(f"{pod}/{row.key}", (Cell(pod), *row.cells)) for pod, view in views.items() for row in view.rows)
    return View(
        kind=kind, columns=(Column(key="pod", title="POD"), *first.columns), rows=tuple(rows), empty=first.empty
    )
