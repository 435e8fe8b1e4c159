"""What a finding hits, beyond the nodes and jobs its rule names: GPUs, users, and the rest of the gangs."""

from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.snapshot import Snapshot


def complete(finding: Finding, snapshot: Snapshot) -> Finding:
    """The finding with its GPUs counted, the users of its jobs, and the nodes that wait or fail with them."""
    jobs = [snapshot.jobs[job] for job in finding.hits_jobs if job in snapshot.jobs]
    hit = frozenset(finding.hits_nodes)
    gpus = sum(snapshot.nodes[name].gpu_count for name in finding.hits_nodes if name in snapshot.nodes)
    return replace(
        finding,
        hits_gpus=len(finding.gpus) or gpus,
        hits_users=tuple(sorted({job.user for job in jobs})),
        gang_nodes=tuple(dict.fromkeys(node for job in jobs for node in job.nodes if node not in hit)),
    )
