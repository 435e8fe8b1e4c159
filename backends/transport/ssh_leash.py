"""A command that does not outlive whoever asked for it.

sshd leaves a command alone when its connection goes, and signals it only for users other than root; a command line
that hangs on hundreds of nodes would stay there. So the command gets a guard beside it, in its own process group, that
holds its standard input: when that ends (we close the channel, are killed, or the network goes) and the command still
runs, the whole group is ended, at first politely. A command that has ended by itself leaves what it meant to leave.
"""

from collections.abc import Sequence

# Plain POSIX sh, so that dash, bash and busybox run it alike. The group is $$ because sshd made it a leader and the
# login shell replaced itself; where it did not, the command alone is ended. While the guard lives in that group, the
# kernel gives its number to nobody else.
SCRIPT = """\
exec 3<&0
{ trap "" TERM; read -r x <&3
kill -0 $$ && { kill -s TERM -- -$$ || kill -s TERM $$; sleep 5; kill -s KILL -- -$$; }; } >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null
"""


def leash(argv: Sequence[str]) -> tuple[str, ...]:
    """The argument list that runs `argv` so; its standard input must be kept open, and nothing written to it."""
    return ("sh", "-c", SCRIPT, "megapod", *argv)
