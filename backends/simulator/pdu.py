"""The rack PDU: an outlet for each power shelf of its rack."""


class Outlet:
    """One outlet; `on` is its relay, `locked` keeps that from being switched, `turn` counts the commands it got."""

    __slots__ = ("locked", "name", "on", "turn")

    def __init__(self, name: str) -> None:
        self.name = name
        self.on = True
        self.locked = False
        self.turn = 0


class Pdu:
    """The PDU of one rack. Outlet n feeds shelf n."""

    def __init__(self, name: str, rack: int, outlets: int) -> None:
        self.name = name
        self.rack = rack
        self.outlets = tuple(Outlet(f"outlet{number}") for number in range(1, outlets + 1))
