"""What stands before a command on nodes: they exist, the pod's policy allows it, somebody has said yes to many."""

import argparse
import shlex
from collections.abc import Sequence

from backends.model.snapshot import Snapshot
from console.config import Config, PodConfig
from console.deadline import patience_s
from console.exit import Exit
from console.headless import targeting
from console.headless.asking import answer, can_ask
from console.headless.diagnostics import Stop, say
from console.headless.looking import LOOK_WITHIN_S, aimed_at, scheduler_only, tell_unasked
from console.operations import judgement
from console.operations.identity import user
from console.state.clock import SystemClock
from console.state.session import Session
from console.target_error import TargetError
from console.targets import Targets, expand
from console.words import count

VERB = "exec"


async def targets(arguments: argparse.Namespace, config: Config) -> Targets:
    """The nodes that are meant, all of one pod. `--as-named` asks nobody: for when the scheduler is what is down."""
    expression: str = arguments.nodes
    if not arguments.as_named:
        asked = config if targeting.needs_controllers(arguments) else scheduler_only(config)
        async with Session(asked) as session:
            snapshots = await session.look(patience_s(LOOK_WITHIN_S))
            found = aimed_at(arguments, snapshots, session.clock.now())
            tell_unasked(found, snapshots)
            return found
    if arguments.expression is not None:
        raise TargetError("--as-named asks nobody, and --select has to: take one of them")
    if len(config.pods) > 1:
        raise TargetError(f"--as-named needs --pod: one of {', '.join(config.pods)}")
    nodes = expand(expression)
    if not nodes:
        raise TargetError(f"{expression}: an empty set of nodes")
    return Targets(next(iter(config.pods)), nodes)


def check(wanted: Targets, pod: PodConfig, *, reason: str) -> None:
    """Raise Stop where the pod's policy is against it. A read-only pod takes commands only where its policy says so."""
    at = f"[pods.{wanted.pod}.policy]"
    rules = pod.policy
    if pod.read_only and VERB not in rules.read_only_allows:
        raise Stop(
            Exit.REFUSED,
            f"exec refused: {wanted.pod} is read-only; read_only = false allows it, or "
            f'read_only_allows = ["exec"] under {at}',
        )
    if rules.wants_reason(VERB) and not reason.strip():
        raise Stop(Exit.USAGE, f"exec on {wanted.pod} needs --reason: its policy says so (reason_for under {at})")
    now = SystemClock().now()
    nobody = Snapshot(pod=wanted.pod, number=0, at=now, read_only=pod.read_only)  # a command takes no node out
    wish = judgement.Intention(verb=VERB, user=user(), at=now, nodes=wanted.nodes)
    _, blockers = judgement.judge(rules, nobody, wish)
    for blocker in blockers:
        say(f"exec refused ({blocker.obstacle.value}): {blocker.text}")
    if blockers:
        raise Stop(blockers[0].obstacle.exit)


async def confirm(
    wanted: Targets, pod: PodConfig, argv: Sequence[str], *, yes: bool, expect: int | None = None
) -> None:
    """Ask before a command goes to more nodes than the policy lets go unasked; raises Stop where nobody says yes.

    It goes to none where `expect` is another number of them.
    """
    number = len(wanted.nodes)
    if expect is not None and expect != number:
        raise Stop(Exit.UNCONFIRMED, f"{wanted.node_set} is {count(number, 'node')}, not {expect}; nothing was sent")
    if yes or expect or number <= pod.policy.typed_count_over:
        return
    if not can_ask():
        raise Stop(Exit.UNCONFIRMED, f"exec on {count(number, 'node')} needs a yes: give --yes")
    say(f"{shlex.join(argv)} on {wanted.pod}: {wanted.node_set}")
    if await answer(f"type {number} to go on: ") != str(number):
        raise Stop(Exit.UNCONFIRMED, "not confirmed; nothing was sent")
