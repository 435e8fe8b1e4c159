"""The rack PDU: an outlet for each power shelf of its rack."""


class Outlet:
    """One outlet; `on` is its relay."""

    __slots__ = ("name", "on")

    def __init__(self, name: str) -> None:
        self.name = name
        self.on = True


class Pdu:
    """The PDU of one rack. Outlet n feeds shelf n."""

    def __init__(self, name: str, rack: int, outlets: int) -> None:
        self.name = name
        self.rack = rack
        self.outlets = tuple(Outlet(f"outlet{number}") for number in range(1, outlets + 1))
