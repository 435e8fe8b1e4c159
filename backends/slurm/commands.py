"""The Slurm commands we send, as argument lists, and what their refusals mean."""

import re
from collections.abc import Sequence

from backends.clean import clean
from backends.errors import BackendError, Malformed, NotSupported, Rejected, Unreachable
from backends.ports import Command
from backends.slurm.fields import folded

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_JOB = re.compile(r"\d+(?:_\d+|\+\d+)?")
_COMMAND_NOT_FOUND = 127
_DENIED = ("invalid user id", "permission denied", "access denied", "access/permission denied")
_NO_ANSWER = ("unable to contact slurm controller", "socket timed out", "connection refused", "protocol authentication")
_REASON_LIMIT = 400


def environment(slurm_conf: str) -> tuple[str, ...]:
    """What every command runs under: Slurm's text times have no zone and follow the user's format, so both are set."""
    conf = (f"SLURM_CONF={slurm_conf}",) if slurm_conf else ()
    return ("env", "TZ=UTC", "LC_ALL=C", "SLURM_TIME_FORMAT=standard", *conf)


def drain(nodes: Sequence[str], reason: str) -> tuple[str, ...]:
    """Close nodes. One update for all of them: the set stops taking work at once."""
    return ("scontrol", "update", f"NodeName={node_list(nodes)}", "State=DRAIN", f"Reason={safe_reason(reason)}")


def resume(nodes: Sequence[str]) -> tuple[str, ...]:
    """Give nodes back, whether they were drained, down or failed."""
    return ("scontrol", "update", f"NodeName={node_list(nodes)}", "State=RESUME")


def requeue(jobs: Sequence[str]) -> tuple[str, ...]:
    """Put running jobs back into the queue."""
    if not jobs:
        raise Rejected("no job is named", remedy="name the jobs: an empty selection is never all of them")
    for job in jobs:
        if not _JOB.fullmatch(job):
            raise Rejected(f"not a job id: {clean(job, 60)!r}")
    return ("scontrol", "requeue", ",".join(jobs))


def node_list(nodes: Sequence[str]) -> str:
    """The nodes, folded. `ALL` is a word to scontrol that means every node: it is never passed on."""
    if not nodes:
        raise Rejected("no node is named", remedy="name the nodes: an empty selection is never all of them")
    for name in nodes:
        if not _NAME.fullmatch(name) or name.upper() == "ALL":
            raise Rejected(f"not a node name: {clean(name, 60)!r}")
    return folded(nodes)


def safe_reason(reason: str) -> str:
    """The reason as scontrol keeps it: it drops outer quotation marks and cuts at a newline (22.05 to 26.05)."""
    text = clean(" ".join(reason.split()), _REASON_LIMIT).replace('"', "'")
    if not text:
        raise Rejected("a drain needs a reason", remedy="say why: Slurm refuses a drain without one")
    return text


def failure(command: Command, argv: Sequence[str], where: str) -> BackendError:
    """The error of a command that ended with a status other than 0."""
    said = clean(" ".join((command.stderr.strip() or command.stdout.strip()).splitlines()[:3]), 200)
    lowered = said.lower()
    program = next((word for word in argv if word in ("scontrol", "squeue", "sinfo")), argv[0])
    if command.status == _COMMAND_NOT_FOUND:
        return NotSupported(
            f"{program} is not there", where=where, remedy="`ssh` must reach a host with Slurm's commands in its PATH"
        )
    if any(words in lowered for words in _NO_ANSWER):
        return Unreachable(f"slurmctld does not answer {program}: {said}", where=where, remedy="is slurmctld running?")
    if any(words in lowered for words in _DENIED):
        return Rejected(
            f"{program}: {said}",
            where=where,
            remedy="the SSH user must be root, SlurmUser, or a Slurm operator or administrator",
        )
    return Rejected(f"{program} failed with status {command.status}: {said or 'it says nothing'}", where=where)


def version_of(command: Command, where: str) -> str:
    """`24.11.5` out of `slurm 24.11.5` (Debian: `slurm-wlm 22.05.8`)."""
    match = re.search(r"\d+\.\d+(?:\.\d+)*", command.stdout)
    if command.status or match is None:
        raise Malformed(f"`scontrol --version` says {clean(command.stdout, 60)!r}", where=where)
    return match.group()


def speaks_json(version: str) -> bool:
    """Whether `scontrol --json` exists: from 23.02 on."""
    major, minor = (int(part) for part in version.split(".")[:2])
    return (major, minor) >= (23, 2)
