"""A hold: a node that stays out until somebody releases it, whoever resumes what. It may expire."""

from datetime import datetime

from msgspec import Struct


class Hold(Struct, frozen=True, kw_only=True):
    """Why, by whom, since and until when. None of `until` never expires."""

    reason: str
    owner: str
    since: datetime
    ticket: str = ""
    until: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Whether it still keeps the node out."""
        return self.until is None or now < self.until

    def __str__(self) -> str:
        """One line for a person: why, ticket, who, until when."""
        ticket = f" [{self.ticket}]" if self.ticket else ""
        until = f", until {self.until:%Y-%m-%d %H:%MZ}" if self.until else ""
        return f"held by {self.owner}{ticket}: {self.reason}{until}"
