"""A password or token that cannot be printed by accident."""


class Secret:
    """Holds one secret value. Its repr, str and format are redacted; `reveal()` is the one way to the value.

    Not a Struct: a Struct's repr and encoding show every field, and this one must never be shown, logged, encoded
    or pickled.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the moment it goes on the wire."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> str:
        raise TypeError("a Secret is never pickled")
