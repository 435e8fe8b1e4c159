"""Folds effects under their cause: one failed pump is one finding that hits 72 nodes, not 72 findings.

Three ways to be an effect: what contains, is powered or is cooled by the broken thing and merely rolls its health up;
a part of the plant that the broken part starves; and a node that suffers what the broken thing would do to it (a
throttled GPU below a sick loop). The cause takes the effects' evidence, counted. What has no cause in sight stands
for itself, grouped by rack where many share one rule.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from msgspec.structs import replace

from backends.model.finding import Finding
from backends.model.measurement import Quantity
from backends.model.severity import Severity
from backends.model.snapshot import Snapshot
from console.insight.blame import GROUPED, OF_GPUS, PARTS, SUFFERS, WARMING
from console.insight.evidence import conditions
from console.insight.gpus import overheated
from console.insight.leaks import leaks_by_place
from console.insight.place import Places
from console.insight.plant import ROLLED, own_word
from console.insight.radius import jobs_of
from console.targets import fold
from console.words import count

ALIKE_IN_A_RACK = 3
_WARMER_C = 5.0
_MOST_EVIDENCE = 24
_HOT = "thermal"
_FED = frozenset({"power-supply", "outlet"})
"""Parts that are starved by what feeds them, and never merely stand near something broken."""


def by_cause(found: Sequence[Finding], snapshot: Snapshot) -> list[Finding]:
    """The findings with effects folded into their causes, and the rest grouped where a rack shares one trouble."""
    case = _Case(leaks_by_place(found, snapshot), snapshot)
    effects: defaultdict[str, list[Finding]] = defaultdict(list)
    alone: list[Finding] = []
    causes = {finding.id: case.cause_of(finding) for finding in case.found}
    for finding in case.found:
        root = _root(finding, causes)
        if root.id == finding.id:
            alone.append(finding)
        else:
            effects[root.id].append(finding)
    explained = [_with_effects(finding, effects[finding.id]) if finding.id in effects else finding for finding in alone]
    return _by_rack(explained, snapshot)


def _root(finding: Finding, causes: Mapping[str, Finding | None]) -> Finding:
    """What explains a cause explains its effects. Of two that explain each other the worse stands: none is lost."""
    way = [finding]
    while (cause := causes[way[-1].id]) is not None:
        if cause in way:
            return min(way[way.index(cause) :], key=lambda one: (one.severity.rank, -len(one.hits_nodes), one.id))
        way.append(cause)
    return way[-1]


class _Case:
    """The findings of one snapshot, without those that only roll up another, and what may explain each."""

    def __init__(self, found: Sequence[Finding], snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._places = Places(snapshot.topology)
        self._own = {finding.id: own_word(snapshot, finding) for finding in found}
        plant = [finding for finding in found if finding.rule in ROLLED]
        self._ill = {finding.entity for finding in plant}
        self._silent = {finding.entity for finding in plant if not self._own[finding.id]}
        self._broken = {finding.id for finding in plant if self._all_of_a_kind(finding.entity)}
        self.found = [finding for finding in found if not self._rolled(finding)]
        self._nodes = {finding.id: frozenset(finding.hits_nodes) for finding in self.found}
        self._by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
        self._by_node: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in self.found:
            self._by_rule[finding.rule].append(finding)
            for node in finding.hits_nodes:
                self._by_node[node].append(finding)

    def cause_of(self, finding: Finding) -> Finding | None:
        """The nearest finding that explains this one."""
        able = [one for one in self._candidates(finding) if one.id != finding.id and self._explains(one, finding)]
        return min(able, key=lambda one: (len(one.hits_nodes), one.severity.rank, one.id), default=None)

    def _candidates(self, effect: Finding) -> Iterable[Finding]:
        """All that may explain it, and little more: a pod of a thousand throttled nodes is judged in one pass."""
        around = chain.from_iterable(self._by_rule[rule] for rule in PARTS.get(effect.rule, ()))
        if effect.rule not in SUFFERS or not effect.hits_nodes:
            return around
        nodes = effect.hits_nodes if effect.rule == "component" else effect.hits_nodes[:1]
        return chain(around, chain.from_iterable(self._by_node[node] for node in nodes))

    def _rolled(self, finding: Finding) -> bool:
        """Whether a component only repeats what something inside it says: causes are at the bottom."""
        if self._own[finding.id] or finding.id in self._broken:
            return False
        return not self._ill.isdisjoint(self._places.inside(finding.entity))

    def _all_of_a_kind(self, entity: str) -> bool:
        """Whether all its parts of one kind are ill, none for a reason of its own: then the whole is what failed."""
        parts: defaultdict[str, set[str]] = defaultdict(set)
        for part in self._places.parts(entity):
            parts[part.partition(":")[0]].add(part)
        return any(len(alike) > 1 and alike <= self._silent for alike in parts.values())

    def _explains(self, cause: Finding, effect: Finding) -> bool:
        if cause.entity in self._places.inside(effect.entity) and effect.id in self._broken:
            return False
        if cause.rule == effect.rule == _HOT:
            return self._warms(cause, effect)
        return self._breaks(cause, effect) or self._hurts(cause, effect)

    def _breaks(self, cause: Finding, effect: Finding) -> bool:
        """Whether a part of the plant fails for want of another."""
        if cause.rule not in PARTS.get(effect.rule, ()):
            return False
        if cause.rule == effect.rule or effect.rule in _FED:
            return self._starves(cause, effect)
        near = effect.entity == cause.entity or effect.entity in self._places.around(cause.entity)
        return near and self._can(cause, effect)

    def _hurts(self, cause: Finding, effect: Finding) -> bool:
        """Whether nodes suffer what the cause does to them."""
        if cause.rule not in SUFFERS.get(effect.rule, ()):
            return False
        if effect.rule == "component":
            return self._beside(cause, effect)
        nodes = self._nodes[effect.id]
        below = bool(nodes) and nodes <= self._nodes[cause.id]
        return below and _same_gpus(cause, effect) and not (cause.rule in WARMING and self._sick_by_itself(effect))

    def _sick_by_itself(self, effect: Finding) -> bool:
        """Whether a GPU is Critical for anything but heat: that is no want of cooling."""
        node = self._snapshot.nodes.get(effect.entity.removeprefix("node:"))
        if effect.rule != "gpu-health" or node is None or node.hardware is None:
            return False
        sick = (gpu for gpu in node.hardware.gpus if gpu.health is Severity.CRITICAL)
        return not all(overheated(gpu, conditions(self._snapshot, f"gpu:{node.name}/{gpu.index}")) for gpu in sick)

    def _starves(self, cause: Finding, effect: Finding) -> bool:
        """Whether the effect is fed by the cause, or is a part of it that says nothing of its own."""
        own = self._own[effect.id]
        if effect.entity in self._places.inside(cause.entity):
            return not own and not cause.entity.startswith(("pod:", "rack:"))
        if cause.rule in ("power", "power-supply") and own:
            return False
        return effect.entity in self._places.fed(cause.entity)

    def _warms(self, cause: Finding, effect: Finding) -> bool:
        """A hot rack explains its hot trays where several are, and a single hot tray its rack; both explain the pod."""
        outer, inner = (cause, effect) if effect.entity in self._places.inside(cause.entity) else (effect, cause)
        if inner.entity not in self._places.inside(outer.entity):
            return False
        if outer.entity.startswith("pod:"):
            return outer is effect
        inside = self._places.inside(outer.entity)
        several = sum(one.entity in inside for one in self._by_rule[_HOT]) > 1
        return (several or bool(conditions(self._snapshot, outer.entity))) is (outer is cause)

    def _can(self, cause: Finding, effect: Finding) -> bool:
        """A rack that is far warmer than what its unit sends has a trouble of its own."""
        if effect.rule != _HOT:
            return True
        sent = self._temperatures(cause.entity, *self._places.upwards(cause.entity), what=Quantity.SUPPLY_TEMPERATURE)
        here = self._temperatures(effect.entity, what=Quantity.TEMPERATURE)
        return not sent or not here or max(here) - max(sent) < _WARMER_C

    def _beside(self, cause: Finding, effect: Finding) -> bool:
        """A frame's own health is told by what is wrong with the nodes in it, or with what it stands on.

        The pod and a rack are too large for that: what they say for themselves is explained by themselves alone.
        """
        if self._own[effect.id] and effect.entity.startswith(("pod:", "rack:")):
            return cause.entity == effect.entity
        inside = self._places.inside(effect.entity)
        nodes = self._nodes[effect.id]
        near = cause.entity in inside or cause.entity == effect.entity or self._nodes[cause.id] < nodes
        return near or (bool(nodes) and nodes <= self._nodes[cause.id])

    def _temperatures(self, *entities: str, what: Quantity) -> list[float]:
        facts = (self._snapshot.components.get(entity) for entity in entities)
        return [
            one.value for known in facts if known for one in known.measurements if one.quantity is what and one.value
        ]


def _same_gpus(cause: Finding, effect: Finding) -> bool:
    """A finding about GPUs explains one about the same ones, and a verdict on their node that is no worse."""
    if effect.rule == "node-health" and cause.severity.rank > effect.severity.rank:
        return False
    return cause.rule not in OF_GPUS or not effect.gpus or (bool(cause.gpus) and set(effect.gpus) <= set(cause.gpus))


def _with_effects(cause: Finding, effects: list[Finding]) -> Finding:
    kinds = Counter(effect.rule for effect in effects)
    nodes = {rule: [name for effect in effects if effect.rule == rule for name in effect.hits_nodes] for rule in kinds}
    about_nodes = [rule for rule in kinds if rule not in PARTS]
    lines = [f"{rule}: {count(len(set(nodes[rule])), 'node')}, {fold(nodes[rule])}" for rule in about_nodes]
    lines += _parts_told([effect for effect in effects if effect.rule in PARTS])
    worst = min((cause, *effects), key=lambda finding: finding.severity.rank).severity
    return replace(cause, severity=worst, evidence=(*cause.evidence, *dict.fromkeys(lines))[:_MOST_EVIDENCE])


def _parts_told(effects: Sequence[Finding]) -> list[str]:
    """A line a part; parts of one kind with the same trouble in one: `6 power supplies: LossOfInput, psu1 … psu6`."""
    alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for effect in effects:
        named, _, what = effect.title.partition(": ")
        alike[effect.entity.partition(":")[0].replace("-", " "), what].append(named)
    lines: list[str] = []
    for (kind, what), names in alike.items():
        if what and len(names) >= ALIKE_IN_A_RACK:
            short = [name.removeprefix(f"{kind} ") for name in names]
            lines.append(f"{count(len(names), kind)}: {what}, {short[0]} … {short[-1]}")
        else:
            lines += [f"{name}: {what}" if what else name for name in names]
    return lines


def _by_rack(found: list[Finding], snapshot: Snapshot) -> list[Finding]:
    groups: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    kept: list[Finding] = []
    for finding in found:
        node = snapshot.nodes.get(finding.entity.removeprefix("node:"))
        rack = node.rack if node and finding.rule in GROUPED else ""
        if rack:
            groups[finding.rule, rack].append(finding)
        else:
            kept.append(finding)
    for (rule, rack), members in groups.items():
        kept.extend(members if len(members) < ALIKE_IN_A_RACK else [_shared(rule, rack, members, snapshot)])
    return kept


def _shared(rule: str, rack: str, members: list[Finding], snapshot: Snapshot) -> Finding:
    nodes = tuple(dict.fromkeys(name for finding in members for name in finding.hits_nodes))
    first = min(members, key=lambda finding: finding.severity.rank)
    jobs = dict.fromkeys(job for finding in members for job in finding.hits_jobs)
    return replace(
        first,
        id=f"{rule}:rack:{rack}",
        entity=f"rack:{rack}",
        title=f"{rack}: {rule.replace('-', ' ')} on {count(len(nodes), 'node')}",
        since=min(finding.since for finding in members),
        evidence=tuple(finding.title for finding in members[:16]),
        gpus=tuple(dict.fromkeys(gpu for finding in members for gpu in finding.gpus)),
        hits_nodes=nodes,
        hits_jobs=tuple(job for job in jobs_of(snapshot, nodes) if job in jobs),
    )
