"""Sections of facts, handed to the widget that draws them."""

from collections.abc import Iterable

from console.views import section as data
from widgets.describe import Fact, Section


def drawn(sections: Iterable[data.Section]) -> tuple[Section, ...]:
    """The same sections as the widget's values."""
    return tuple(
        Section(
            one.title,
            tuple(Fact(fact.label, fact.value, fact.age, fact.style, fact.stale, fact.history) for fact in one.facts),
            one.note,
            one.note_style,
        )
        for one in sections
    )
