"""The valve that lets facility water into a CDU."""

_LEAST, _MOST = 0.3, 1.0


class Valve:
    """A control valve. Left to itself (`setpoint` is None) it opens with the heat, between 30 and 100 %.

    Held at a position (0.1 to 1), it gives what that position gives: too little cold, or too much.
    """

    def __init__(self) -> None:
        self.setpoint: float | None = None

    def position(self, need: float) -> float:
        """How far it is open, 0 to 1, when the unit works at `need` of its rated heat."""
        return self.setpoint or min(_MOST, max(_LEAST, need))

    def short(self, need: float) -> float:
        """How much too little it gives, as a share of what it gives: below 0, too much; 0 while it is automatic."""
        return need / self.setpoint - 1 if self.setpoint else 0.0
