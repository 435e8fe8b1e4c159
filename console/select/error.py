"""What is wrong with a selection, and where."""


class SelectError(Exception):
    """A selection that cannot be read. `at` is the column, 1 the first; one line says what to write instead."""

    def __init__(self, at: int, problem: str) -> None:
        super().__init__(f"column {at}: {problem}")
        self.at = at
        self.problem = problem
