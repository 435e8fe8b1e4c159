"""What has happened, told by everyone who can: the pod and its controllers, operations, and what was said here."""

from console.tui.desk import Desk
from console.tui.operations import Operations
from console.views.happenings import Told, of_change, of_event, of_operation, systems


def told(desk: Desk, operations: Operations) -> list[Told]:
    """All of it that is kept, of the pod in view, in no order."""
    found = [one for operation in operations.all for one in of_operation(operation)]
    found += desk.said
    pod = desk.session.pods.get(desk.pod) if desk.session is not None else None
    if pod is not None:
        found += map(of_change, pod.chronicle.happenings)
        events = pod.events.events
        nodes = systems(desk.snapshot) if events and desk.snapshot is not None else {}
        found += (of_event(event, nodes) for event in events)
    return found


def count(desk: Desk, operations: Operations) -> tuple[object, ...]:
    """Another value when anything has happened; cheap enough to ask for every second."""
    pod = desk.session.pods.get(desk.pod) if desk.session is not None else None
    counted = (pod.chronicle.count, pod.events.count) if pod is not None else ()
    ended = tuple(operation.ended_at for operation in operations.all)
    return (desk.pod, desk.said_count, ended, *counted)
