"""`journalctl` of a simulated node: JSON lines or the short form, from a time or a cursor on, the last so many."""

import json
from hashlib import blake2b

from backends.simulator.commands.answer import Answer, refusal
from backends.simulator.journal import KERNEL, Line, journal
from backends.simulator.node import SimNode
from backends.simulator.world import World

_FLAGS = frozenset({"--no-pager", "--quiet", "-q", "--utc", "--dmesg", "-k"})
_VALUED = {"-n": "--lines", "-o": "--output"}


def journalctl(world: World, node: SimNode, words: list[str]) -> Answer:
    """Answer one command line. An option that it does not have is refused, as the real one does."""
    rest, flags, said = [*words], set[str](), dict[str, str]()
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in _FLAGS:
            flags.add(word)
        elif word in _VALUED and rest:
            said[_VALUED[word]] = rest.pop(0)
        elif equals and name in ("--lines", "--output", "--output-fields", "--since", "--after-cursor"):
            said[name] = value
        else:
            return refusal(f"journalctl: unrecognized option '{word}'")
    since = said.get("--since", "@0")
    if not since.startswith("@") or not since[1:].isdecimal() or not said.get("--lines", "0").isdecimal():
        return refusal("journalctl: Failed to parse: --since takes @SECONDS here, -n a number")
    lines = [one for one in journal(world, node) if world.wall(one.at_s).timestamp() >= int(since[1:])]
    if flags & {"-k", "--dmesg"}:
        lines = [one for one in lines if one.by == KERNEL]
    after = said.get("--after-cursor")
    lines = [one for one in lines if after is None or _cursor(world, one) > after]
    most = int(said.get("--lines", len(lines)))
    form = _json if said.get("--output") == "json" else _short
    return Answer(stdout="".join(f"{form(world, node, one)}\n" for one in lines[max(0, len(lines) - most) :]))


def _cursor(world: World, line: Line) -> str:
    """Rises with the time; equal for the same line of the same world."""
    return f"t={_us(world, line):017d};x={blake2b(f'{line.by}{line.text}'.encode(), digest_size=4).hexdigest()}"


def _us(world: World, line: Line) -> int:
    return int((world.epoch.timestamp() + line.at_s) * 1_000_000)


def _json(world: World, node: SimNode, line: Line) -> str:
    """As `journalctl -o json` writes it: systemd.journal-fields, each value a string."""
    return json.dumps(
        {
            "__CURSOR": _cursor(world, line),
            "__REALTIME_TIMESTAMP": str(_us(world, line)),
            "PRIORITY": str(line.level),
            "SYSLOG_IDENTIFIER": line.by,
            "_HOSTNAME": node.name,
            "MESSAGE": line.text,
        }
    )


def _short(world: World, node: SimNode, line: Line) -> str:
    return f"{world.wall(line.at_s):%b %d %H:%M:%S} {node.name} {line.by}: {line.text}"
