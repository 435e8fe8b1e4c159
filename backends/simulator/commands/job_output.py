"""What the jobs of a simulated pod write into their output files, and `wc` and `tail` of the head node to read them.

A line a minute of work done: a gang that a hot or broken GPU slows down writes more slowly, and one that fails says of
what in its last lines. What has been written never changes.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from backends.simulator.commands.answer import Answer, refusal
from backends.simulator.commands.jobs import workdir
from backends.simulator.job import SimJob
from backends.simulator.world import World

_LINE_S = 60.0
_STEPS = 12
"""Steps of training in a minute of work."""
_COUNT_WORDS = 2
_ENDINGS = {
    "COMPLETED": "done, checkpoint written",
    "FAILED": "RuntimeError: CUDA error: an illegal state of the device was encountered (rank 0)",
    "TIMEOUT": "slurmstepd: error: *** STEP CANCELLED DUE TO TIME LIMIT ***",
    "CANCELLED": "slurmstepd: error: *** JOB CANCELLED ***",
    "NODE_FAIL": "slurmstepd: error: *** JOB CANCELLED DUE TO NODE FAILURE ***",
}


def output(world: World, job: SimJob) -> list[str]:
    """The lines that a job has written by now, none before it starts."""
    if job.started_s is None:
        return []
    request, until_s = job.request, job.ended_s if job.ended_s is not None else world.now_s
    done_s = job.done_s + max(0.0, until_s - max(job.paced_s, job.started_s)) * job.pace
    lines = [f"{request.name}: {request.node_count} nodes, {job.gpus} GPUs, {job.node_set}", "NCCL INFO Init COMPLETE"]
    for minute in range(1, int(done_s // _LINE_S) + 1):
        step = minute * _STEPS
        lines.append(f"step {step}/{int(request.runs_s / _LINE_S * _STEPS)}  loss {1.8 + 8 / (1 + step / 40):.3f}")
    return [*lines, _ENDINGS.get(job.state, job.state)] if job.ended_s is not None else lines


def _read(world: World, path: str) -> list[str] | None:
    found = (job for job in world.scheduler.jobs.values() if path == f"{workdir(job)}/slurm-{job.number}.out")
    job = next(found, None)
    return output(world, job) if job is not None and job.started_s is not None else None


def _missing(command: str, path: str) -> Answer:
    return refusal(f"{command}: {path}: No such file or directory")


def _count(world: World, words: list[str]) -> Answer:
    """`wc -l FILE`."""
    if len(words) != _COUNT_WORDS or words[0] != "-l":
        return refusal("wc: only -l FILE here")
    lines = _read(world, words[1])
    return _missing("wc", words[1]) if lines is None else Answer(stdout=f"{len(lines)} {words[1]}\n")


def _tail(world: World, words: list[str]) -> Answer:
    """`tail -n N FILE`: the last N lines; `+N` from line N on."""
    given = [word for word in words if word != "--"]
    number = given[1].removeprefix("+") if given[:1] == ["-n"] and len(given) == _COUNT_WORDS + 1 else ""
    if not number.isdecimal():
        return refusal("tail: only -n N FILE here")
    lines = _read(world, given[-1])
    if lines is None:
        return _missing("tail", given[-1])
    at = int(number) - 1 if given[1].startswith("+") else len(lines) - int(number)
    return Answer(stdout="".join(f"{line}\n" for line in lines[max(0, at) :]))


READERS: Mapping[str, Callable[[World, list[str]], Answer]] = MappingProxyType({"wc": _count, "tail": _tail})
"""The commands that read these files."""
