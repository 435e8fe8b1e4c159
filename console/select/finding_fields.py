"""What a finding can be selected by."""

from backends.model.finding import Finding
from backends.model.severity import Severity
from console.insight.vocabulary import RULE_NAMES
from console.select.field import SEVERITIES, UNKNOWN, Field, Kind, number, seconds_since, words
from console.select.quantity import COUNT, DURATION

FINDINGS: Kind[Finding] = Kind(
    "findings",
    (
        Field(
            name="severity",
            help="ok warning critical",
            order=SEVERITIES,
            read=lambda f, _: UNKNOWN if f.severity is Severity.UNKNOWN else (f.severity.value,),
        ),
        Field(name="finding", also=("title",), help="what it says", read=lambda f, _: words(f.title)),
        Field(name="id", help="its id", read=lambda f, _: (f.id,)),
        Field(name="rule", help="which rule found it", choices=RULE_NAMES, read=lambda f, _: (f.rule,)),
        Field(name="pod", help="the pod it is of", read=lambda _, a: (a.snapshot.pod,)),
        Field(name="entity", help="what it is about, KIND:NAME", read=lambda f, _: words(f.entity)),
        Field(
            name="age",
            also=("since",),
            help="how long it has lasted",
            unit=DURATION,
            read=lambda f, a: seconds_since(f.since, a.now),
        ),
        Field(
            name="node",
            also=("nodes",),
            help="any node it hits; globs and node sets",
            names=True,
            read=lambda f, _: f.hits_nodes,
        ),
        Field(name="count", help="how many nodes it hits", unit=COUNT, read=lambda f, _: number(len(f.hits_nodes))),
        Field(name="job", also=("jobs",), help="any job it hits", read=lambda f, _: f.hits_jobs),
        Field(name="user", also=("job.user",), help="any user it hits", read=lambda f, _: f.hits_users),
        Field(name="gpus", help="how many GPUs it hits", unit=COUNT, read=lambda f, _: number(f.hits_gpus)),
        Field(name="advice", also=("do",), help="what to do", read=lambda f, _: words(f.advice)),
    ),
    of=lambda snapshot: {finding.id: finding for finding in snapshot.findings},
    old=lambda _finding, _source, _snapshot: False,
)
