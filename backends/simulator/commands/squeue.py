"""`squeue`: the queue in any format one asks for, and as JSON."""

from functools import partial

from backends.simulator.commands.answer import Answer, refusal
from backends.simulator.commands.document import document
from backends.simulator.commands.jobs import cpus, end_s, memory_mb, tres_per_node, uid, workdir
from backends.simulator.commands.json_jobs import job_object
from backends.simulator.commands.options import OptionError, Options, read_options
from backends.simulator.commands.stamp import Stamp, short_clock
from backends.simulator.commands.template import Column, Template
from backends.simulator.job import SimJob
from backends.simulator.world import World

_DEFAULT = "%.18i %.9P %.8j %.8u %.2t %.10M %.6D %R"
_FLAGS = {"h": "noheader", "a": "all", "r": "array", "l": "long", "": "me"}
_VALUED = {"o": "format", "j": "jobs", "u": "user", "p": "partition", "t": "states", "w": "nodelist", "S": "sort"}
_COMPACT = {"PENDING": "PD", "RUNNING": "R", "COMPLETED": "CD", "FAILED": "F", "TIMEOUT": "TO"}
_ACTIVE = ("PENDING", "RUNNING")
_NULL = "(null)"


def squeue(world: World, words: list[str], stamp: Stamp) -> Answer:
    """Run squeue with these arguments."""
    try:
        options = read_options("squeue", words, _FLAGS, _VALUED)
    except OptionError as error:
        return refusal(f'{error}\nTry "squeue --help" for more information')
    jobs = [job for job in world.scheduler.jobs.values() if _wanted(job, options)]
    if "json" in options:
        rows = [job_object(world, job, stamp) for job in jobs]
        return document(world, "squeue", "jobs", [*rows], stamp.epoch(world.now_s))
    jobs.sort(key=lambda job: (job.request.partition, _ACTIVE.index(job.state) if job.state in _ACTIVE else 2))
    template = Template(options.get("format", _DEFAULT), _columns(world, stamp), "squeue")
    lines = [] if "noheader" in options else [template.header()]
    lines += map(template.values, jobs)
    return Answer(stdout="".join(f"{line}\n" for line in lines), stderr=template.errors)


def _wanted(job: SimJob, options: Options) -> bool:
    states = [state.upper() for state in options.words("states")]
    if "ALL" not in states and job.state not in (states or _ACTIVE) and _COMPACT[job.state] not in states:
        return False
    nodes = options.words("nodelist")
    return (
        _among(str(job.number), options.words("jobs"))
        and _among(job.request.user, options.words("user"))
        and _among(job.request.partition, options.words("partition"))
        and (not nodes or bool(set(nodes) & set(job.nodes)))
    )


def _among(value: str, allowed: list[str]) -> bool:
    return not allowed or value in allowed


def _columns(world: World, stamp: Stamp) -> dict[str, Column[SimJob]]:
    """Every letter of `squeue -o` in 24.11. What a simulated job does not have reads as a real job without it does."""
    columns = {**_identity(), **_request(world), **_course(world, stamp)}
    constant = {
        "E": ("DEPENDENCY", _NULL),
        "f": ("FEATURES", _NULL),
        "h": ("OVER_SUBSCRIBE", "OK"),
        "H": ("SOCKETS_PER_NODE", "*"),
        "I": ("CORES_PER_SOCKET", "*"),
        "J": ("THREADS_PER_CORE", "*"),
        "k": ("COMMENT", _NULL),
        "K": ("ARRAY_TASK_ID", "N/A"),
        "n": ("REQ_NODES", ""),
        "O": ("CONTIGUOUS", "0"),
        "d": ("MIN_TMP_DISK", "0"),
        "s": ("SELECT_JOBINFO", ""),
        "v": ("RESERVATION", _NULL),
        "w": ("WCKEY", _NULL),
        "W": ("LICENSES", _NULL),
        "x": ("EXC_NODES", ""),
        "X": ("CORE_SPEC", "N/A"),
        "y": ("NICE", "0"),
        "Y": ("SCHEDNODES", _NULL),
        "z": ("S:C:T", "*:*:*"),
        "q": ("QOS", "normal"),
    }
    columns |= {letter: Column(header, partial(_same, value)) for letter, (header, value) in constant.items()}
    return columns


def _same(value: str, _job: SimJob) -> str:
    return value


def _identity() -> dict[str, Column[SimJob]]:
    return {
        "a": Column("ACCOUNT", lambda job: job.request.account),
        "A": Column("JOBID", lambda job: str(job.number)),
        "F": Column("ARRAY_JOB_ID", lambda job: str(job.number)),
        "g": Column("GROUP", lambda job: job.request.account),
        "G": Column("GROUP", lambda job: str(uid(job.request.user))),
        "i": Column("JOBID", lambda job: str(job.number)),
        "j": Column("NAME", lambda job: job.request.name),
        "o": Column("COMMAND", lambda job: f"{workdir(job)}/run.sh"),
        "P": Column("PARTITION", lambda job: job.request.partition),
        "u": Column("USER", lambda job: job.request.user),
        "U": Column("UID", lambda job: str(uid(job.request.user))),
        "Z": Column("WORK_DIR", workdir),
    }


def _request(world: World) -> dict[str, Column[SimJob]]:
    return {
        "b": Column("TRES_PER_NODE", tres_per_node),
        "c": Column("MIN_CPUS", lambda job: str(cpus(world, job) // job.request.node_count)),
        "C": Column("CPUS", lambda job: str(cpus(world, job))),
        "D": Column("NODES", lambda job: str(job.request.node_count)),
        "l": Column("TIME_LIMIT", lambda job: short_clock(job.request.limit_s)),
        "m": Column("MIN_MEMORY", lambda job: f"{memory_mb(world, job)}M"),
        "p": Column("PRIORITY", lambda job: f"{job.priority / 2**32:.14f}"),
        "Q": Column("PRIORITY", lambda job: str(job.priority)),
    }


def _course(world: World, stamp: Stamp) -> dict[str, Column[SimJob]]:
    return {
        "B": Column("EXEC_HOST", lambda job: job.nodes[0] if job.nodes else "n/a"),
        "e": Column("END_TIME", lambda job: stamp(end_s(job), "N/A")),
        "L": Column("TIME_LEFT", lambda job: short_clock(job.request.limit_s - job.run_time_s(world.now_s))),
        "M": Column("TIME", lambda job: short_clock(job.run_time_s(world.now_s))),
        "N": Column("NODELIST", lambda job: job.node_set),
        "r": Column("REASON", lambda job: job.reason),
        "R": Column("NODELIST(REASON)", lambda job: job.node_set or f"({job.reason})"),
        "S": Column("START_TIME", lambda job: stamp(job.started_s, "N/A")),
        "t": Column("ST", lambda job: _COMPACT[job.state]),
        "T": Column("STATE", lambda job: job.state),
        "V": Column("SUBMIT_TIME", lambda job: stamp(job.submitted_s, "N/A")),
    }
