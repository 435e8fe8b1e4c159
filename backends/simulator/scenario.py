"""Scenario files: faults on a timetable, so that a whole incident can be played again.

[[fault]]
name = "pump-fail"
target = "austin-cdu1/pump1"   # left out: chosen, the same each time
start_s = 60
end_s = 600                    # left out: it stays
"""

import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from backends.simulator.faults import Fault, FaultError, make_fault


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault of a scenario; times are simulated seconds after the beginning."""

    name: str
    target: str = ""
    start_s: float = 0.0
    end_s: float | None = None


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scenario file. `title` is for people."""

    title: str = ""
    fault: list[Line] = []


def read_scenario(path: Path) -> tuple[Fault, ...]:
    """The faults of a scenario file; raises FaultError with one line that says what is wrong with it."""
    try:
        scenario = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Scenario)
    except OSError as error:
        raise FaultError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, msgspec.ValidationError) as error:
        raise FaultError(f"{path} is not a scenario: {error}") from error
    return tuple(make_fault(line.name, line.target, line.start_s, line.end_s) for line in scenario.fault)
