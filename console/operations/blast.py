"""What taking nodes away hits: jobs, their whole gangs, their users; and what still takes work then."""

from collections.abc import Iterable

from backends.model.node import Node, Service
from backends.model.snapshot import Snapshot
from console.operations.plan import Blast, Hit
from console.targets import fold


def blast(snapshot: Snapshot, names: Iterable[str]) -> Blast:
    """The blast radius of these nodes."""
    targets = dict.fromkeys(names)
    jobs = {job.id: job for name in targets for job in snapshot.jobs_on(name)}
    gang = dict.fromkeys(node for job in jobs.values() for node in job.nodes)
    left = [node for name, node in snapshot.nodes.items() if name not in targets and takes_work(node)]
    ends = [job.ends_at for job in jobs.values()]
    return Blast(
        nodes=len(targets),
        gpus=sum(snapshot.nodes[name].gpu_count for name in targets),
        jobs=tuple(
            Hit(job=job.id, name=job.name, user=job.user, nodes=job.node_set, gpus=job.gpus, ends_at=job.ends_at)
            for job in jobs.values()
        ),
        users=tuple(sorted({job.user for job in jobs.values()})),
        gang_nodes=fold(gang),
        nodes_left=len(left),
        gpus_left=sum(node.gpu_count for node in left),
        clear_at=None if None in ends else max((end for end in ends if end), default=None),
    )


def takes_work(node: Node) -> bool:
    """Whether the scheduler gives this node work now."""
    facts = node.scheduler
    return facts is not None and facts.responding and not facts.service.out and facts.service is not Service.UNKNOWN
