"""Who submits what, and how often: the only randomness of a running world."""

from math import exp, log
from random import Random

from backends.simulator.job import JobRequest
from backends.simulator.shape import PodShape

_USERS = {
    "akira": "research",
    "bea": "research",
    "chidi": "platform",
    "dmitri": "science",
    "elena": "research",
    "farah": "science",
    "goran": "platform",
    "hana": "research",
}
_SMALL = ("eval-harness", "notebook", "lora-tune", "embed-refresh", "tokenize", "bench-gemm", "asr-finetune")
_GANG = ("llm-pretrain", "moe-pretrain", "vlm-finetune", "rlhf-ppo", "diffusion-xl", "protein-fold", "weather-ens")
_DEBUG = ("smoke-test", "nccl-check", "repro")
_GANG_NODES = (2, 2, 2, 2, 4, 4, 4, 8, 8, 16)
_DEBUG_SHARE = 0.1
_DEBUG_FITS_NODES = 36
_LIMITS_S = (1_800, 3_600, 7_200, 14_400, 28_800, 86_400)
_OFFERED = 0.85
_IDLE_SHARE = 0.7
_EAGER = 5.0
_SAMPLES = 1_000


class Workload:
    """Requests and the gaps between them, drawn from one seeded generator.

    Arrivals offer 85 % of the pod's GPU time, sooner when it stands idle and later when the queue is long, as users
    do: busy, with a queue at times, and free blocks at others.
    """

    def __init__(self, shape: PodShape) -> None:
        self._shape = shape
        self._random = Random(f"{shape.pod}/{shape.seed}")  # noqa: S311 - a simulation, and it must repeat
        drawn = [self.draw() for _ in range(_SAMPLES)]
        gpu_s = sum(each.node_count * each.gpus_per_node * each.runs_s for each in drawn) / _SAMPLES
        self._gap_s = gpu_s / (_OFFERED * shape.gpu_count)

    def gap_s(self, committed: float) -> float:
        """Seconds until the next request; `committed` is GPUs held and waited for, as a share of the pod's."""
        pace = _EAGER if committed < _IDLE_SHARE else 1.0
        return self._random.expovariate(pace / self._gap_s) * max(1.0, committed)

    def share(self) -> float:
        """0 to 1: how much of its run a job has behind it when the world opens."""
        return self._random.random()

    def draw(self) -> JobRequest:
        """The next request."""
        chance = self._random.random()
        if chance < _DEBUG_SHARE * min(1.0, _DEBUG_FITS_NODES / self._shape.node_count):
            return self._request(self._random.choice(_DEBUG), "debug", 1, 1, self._length_s(60, 900))
        if chance < 0.65 or self._shape.node_count < 2:
            gpus = min(self._random.choice((1, 1, 2, 4, 8)), self._shape.gpus_per_node)
            return self._request(self._random.choice(_SMALL), "batch", 1, gpus, self._length_s(120, 1_800))
        nodes = min(self._random.choice(_GANG_NODES), max(1, self._shape.node_count // 4))
        name = self._random.choice(_GANG)
        return self._request(name, "batch", nodes, self._shape.gpus_per_node, self._length_s(300, 3_600))

    def _length_s(self, low_s: int, high_s: int) -> int:
        return int(exp(self._random.uniform(log(low_s), log(high_s))))

    def _request(self, name: str, partition: str, nodes: int, gpus: int, runs_s: int) -> JobRequest:
        user = self._random.choice(tuple(_USERS))
        limit_s = next((limit for limit in _LIMITS_S if limit >= runs_s * 1.5), _LIMITS_S[-1])
        if partition == "debug":
            limit_s = min(limit_s, 3_600)
        outcome = self._random.choices(("COMPLETED", "FAILED", "TIMEOUT"), (90, 7, 3))[0]
        if outcome == "TIMEOUT":
            limit_s = runs_s = max(60, runs_s // 60 * 60)
        return JobRequest(
            name=f"{name}-{self._random.randrange(100):02d}",
            user=user,
            account=_USERS[user],
            partition=partition,
            node_count=nodes,
            gpus_per_node=gpus,
            limit_s=limit_s,
            runs_s=runs_s,
            outcome=outcome,
            load=round(self._random.uniform(0.55, 1.0), 3),
        )
