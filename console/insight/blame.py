"""What may come of what: the rules whose findings a cause explains, and how near it has to be."""

COOLING = frozenset({"cooling", "pump", "filter", "leak", "fan", "thermal"})
"""What takes the cold from nodes, or says that they lack it."""

WARMING = COOLING | {"throttled", "power-capped"}
"""What makes a GPU hot and slow, and no more: an error of its own is none of its work."""

_UNPOWERED = frozenset({"power", "power-supply", "outlet", "breaker"})
_POWER = _UNPOWERED | {"redundancy-lost"}
"""A spare that is lost, of pumps too, may cap or worry what it fed; it switches nothing off."""
OF_GPUS = frozenset({"gpu-missing", "gpu-ecc", "nvlink-down", "gpu-health", "throttled", "power-capped"})
GONE = frozenset({"off-but-scheduled", "not-responding", "never-boots"})
"""Words for one trouble as it unfolds: a node that nobody can work on."""

SUFFERS = {
    "throttled": COOLING,
    "power-capped": _POWER | {"over-budget"},
    "gpu-missing": frozenset({"fabric"}),
    "nvlink-down": frozenset({"fabric", "gpu-missing"}),
    "gpu-health": COOLING | {"fabric", "gpu-missing", "gpu-ecc", "nvlink-down", "throttled", "power-capped"},
    "node-health": COOLING | _POWER | OF_GPUS | GONE | {"fabric"},
    "log-critical": COOLING | _POWER | OF_GPUS | GONE | {"fabric", "node-health", "telemetry-silent"},
    "telemetry-silent": GONE | {"gpu-missing"},
    "not-responding": _UNPOWERED | {"leak", "off-but-scheduled"},
    "never-boots": _UNPOWERED | {"leak"},
    "off-but-scheduled": _UNPOWERED | {"leak"},
    "component": COOLING | _POWER | OF_GPUS | GONE | {"fabric", "over-budget", "node-health", "telemetry-silent"},
}
"""What the nodes below something broken suffer from it: the effect's rule, and the rules it may be blamed on."""

PARTS = {
    "cooling": frozenset({"pump", "filter", "leak", "cooling"}),
    "thermal": frozenset({"cooling", "pump", "filter", "leak", "thermal"}),
    "dew-point": frozenset({"cooling"}),
    "redundancy-lost": frozenset({"pump", "fan", "power-supply", "power", "outlet", "breaker"}),
    "power": frozenset({"power-supply", "outlet", "breaker", "power"}),
    "power-supply": frozenset({"outlet", "breaker", "power"}),
    "outlet": frozenset({"breaker", "power"}),
    "fan": frozenset({"power", "outlet", "breaker"}),
    "component": frozenset({"over-budget", "thermal", "redundancy-lost", "power", "cooling", "fabric", "leak"}),
}
"""What a part that failed does to the plant around it: to the whole it sits in, and to what that whole feeds."""

GROUPED = frozenset({*SUFFERS, "gpu-ecc", "firmware-drift"}) - {"component"}
"""Rules about single nodes: where many nodes of a rack share one, they are told together."""
