"""`megapod exec NODES -- CMD…`: a command on many nodes over SSH, its answers gathered, and written down."""

import argparse
import asyncio
import re
from contextlib import aclosing, closing

from msgspec import Struct, json

from backends.model.answer import Answer, Ending
from backends.registry import open_nodes
from backends.transport.fanout import Fanout
from console.config import Config, load
from console.exit import Exit
from console.headless import command_gate, loop, output, targeting
from console.headless.diagnostics import Stop, say
from console.headless.journal_place import of_config, opened
from console.operations.event import Answered, Commanded
from console.operations.identity import new_operation
from console.operations.journal import Journal
from console.target_error import TargetError
from console.targets import Targets, fold
from console.views import answers as views


class ExecItem(Answer, frozen=True, kw_only=True):
    """What became of the command on one node."""

    pod: str


class ExecResult(Struct, frozen=True, kw_only=True):
    """What became of it on all of them, as a document. `operation` is what the audit knows it by."""

    apiVersion: str = output.API_VERSION  # noqa: N815 - the wire's spelling
    kind: str = "ExecResult"
    operation: str
    pod: str
    command: tuple[str, ...]
    reason: str
    items: tuple[ExecItem, ...]


def run(arguments: argparse.Namespace) -> Exit | int:
    """Run the verb."""
    config = load(arguments.config).only(arguments.pod)
    if not arguments.nodes.strip():
        raise TargetError("exec on which nodes? Name them, as in `megapod exec gpu[001-004] -- uptime`")
    targeting.aimed(arguments, "exec")
    ended: list[Answer] = []
    code = loop.run(_exec(arguments, config, ended))
    statuses = [one.status for one in ended]
    if arguments.worst and code is not Exit.INTERRUPTED and statuses and None not in statuses:
        return max(status for status in statuses if status is not None)
    return code


async def _exec(arguments: argparse.Namespace, config: Config, ended: list[Answer]) -> Exit:
    targets = await command_gate.targets(arguments, config)
    pod = config.pods[targets.pod]
    if not pod.ssh:
        raise Stop(Exit.USAGE, f"{targets.pod}: no [pods.{targets.pod}.ssh]: no way to its nodes is configured")
    command_gate.check(targets, pod, reason=arguments.reason)
    await command_gate.confirm(targets, pod, arguments.command, yes=arguments.yes, expect=arguments.expect)
    with closing(opened(of_config(config))) as journal:
        operation = new_operation()
        told = Commanded(
            pod=targets.pod, nodes=targets.nodes, argv=tuple(arguments.command), reason=arguments.reason.strip()
        )
        await asyncio.to_thread(journal.append, operation, told)
        return await _fan_out(arguments, config, targets, journal, operation, ended)


async def _fan_out(
    arguments: argparse.Namespace,
    config: Config,
    targets: Targets,
    journal: Journal,
    operation: str,
    ended: list[Answer],
) -> Exit:
    shells = open_nodes(config.pods[targets.pod].endpoints(targets.pod))
    fanout = Fanout(shells, targets.nodes, arguments.command, at_once=arguments.at_once, timeout_s=arguments.timeout_s)
    try:
        async with aclosing(fanout.answers()) as coming:
            async for answer in coming:
                ended.append(answer)
                _print_one(answer, targets.pod, arguments.output)
    finally:
        everything = [*ended, *fanout.left()]
        try:
            await shells.close()
        finally:
            journal.append(operation, _answered(everything))
            _finish(everything, targets.pod, operation, arguments)
    return exit_of(ended)


def exit_of(ended: list[Answer]) -> Exit:
    """The code of a run: what is not known weighs more than what is known to be bad."""
    endings = {one.ending for one in ended}
    if Ending.TIMEOUT in endings:
        return Exit.DEADLINE
    if endings - {Ending.DONE, Ending.FAILED}:
        return Exit.PARTIAL
    if endings == {Ending.FAILED}:
        return Exit.FAILED
    return Exit.SOME_FAILED if Ending.FAILED in endings else Exit.DONE


def _answered(answers: list[Answer]) -> Answered:
    nodes: dict[str, list[str]] = {}
    for one in answers:
        nodes.setdefault(one.ending.value, []).append(one.node)
    return Answered(
        endings={ending: fold(names) for ending, names in nodes.items()},
        worst=max((one.status for one in answers if one.status is not None), default=None),
    )


def _print_one(answer: Answer, pod: str, how: str) -> None:
    if how == "jsonl":
        output.write(_escaped(json.encode(_item(answer, pod)).decode()) + "\n")
    elif how == "lines":
        output.write(views.lines(answer))
        _tell([answer.node], answer.stderr)


def _finish(answers: list[Answer], pod: str, operation: str, arguments: argparse.Namespace) -> None:
    if arguments.output == "table":
        for group in views.gather(answers):
            output.write(views.block(group))
            _tell(group.nodes, group.stderr)
    elif arguments.output == "json":
        document = ExecResult(
            operation=operation,
            pod=pod,
            command=tuple(arguments.command),
            reason=arguments.reason,
            items=tuple(_item(answer, pod) for answer in sorted(answers, key=lambda one: one.node)),
        )
        output.write(_escaped(json.format(json.encode(document), indent=2).decode()) + "\n")
    else:
        for left in answers:
            if left.ending in (Ending.INTERRUPTED, Ending.NOT_BEGUN):
                _print_one(left, pod, arguments.output)
    if any(one.ending is not Ending.DONE for one in answers):
        say(f"exec ({operation}): {views.summary(answers)}")


def _tell(nodes: list[str] | tuple[str, ...], stderr: str) -> None:
    """What the command wrote to stderr goes to ours."""
    for line in views.error_lines(nodes, stderr):
        say(line)


def _item(answer: Answer, pod: str) -> ExecItem:
    return ExecItem(pod=pod, **{name: getattr(answer, name) for name in answer.__struct_fields__})


_ACTING = re.compile(r"[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _escaped(text: str) -> str:
    """JSON whose text moves nothing on a terminal either: beyond what JSON escapes by itself, C1 and invisible ones."""
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
