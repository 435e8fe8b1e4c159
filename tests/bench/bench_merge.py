"""What a round costs from the answer to the snapshot, merge and insight rules, in CPU time of the core that it holds.

    python tests/bench/bench_merge.py [--nodes 1000] [--rounds 20]

The pod is the one of `recorded.py`, of which a quarter of the nodes reads otherwise each second; the source that
answers is one of three, and what the others said stands. No key is handled while a round is merged, so this is what a
key may have to wait. Prints the best and the median of the rounds, asserts nothing.
"""

import argparse
import statistics
import time

from recorded import POD, Told, changed, grown, record, session

from console.state.observation import Observation
from console.state.session import Session

SOURCES = ("slurm.nodes", "slurm.jobs", "redfish")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    told = grown(record(), asked.nodes)
    pods = session({POD: told})
    _deliver(pods, "slurm.layout", told.layout)
    _round(pods, told, 0)
    costs: dict[str, list[float]] = {source: [] for source in (*SOURCES, "the same again")}
    for second in range(1, asked.rounds + 1):
        for source, cost_ms in _round(pods, told, second).items():
            costs[source].append(cost_ms)
        costs["the same again"].append(_deliver(pods, "slurm.jobs", changed(told, second).jobs))
    snapshot = pods.store[POD]
    print(f"{len(snapshot.nodes)} nodes, {len(snapshot.topology.components)} components, {len(snapshot.jobs)} jobs:")
    for source, found in costs.items():
        print(f"  {source:16} {min(found):6.1f} ms at best, {statistics.median(found):6.1f} ms in the median")


def _round(pods: Session, told: Told, second: int) -> dict[str, float]:
    now = changed(told, second)
    payloads = dict(zip(SOURCES, (now.nodes, now.jobs, now.hardware), strict=True))
    return {source: _deliver(pods, source, payload) for source, payload in payloads.items()}


def _deliver(pods: Session, source: str, payload: object) -> float:
    """CPU milliseconds until the snapshot is in the store."""
    observation = Observation(
        source=source, at=pods.clock.now(), took_s=0.01, requests=1, interval_s=1.0, payload=payload, error=None
    )
    before = time.process_time()
    pods._deliver(pods.pods[POD].writer, observation)
    return (time.process_time() - before) * 1000


if __name__ == "__main__":
    main()
