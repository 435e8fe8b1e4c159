"""The targets cannot be used. By itself, so that who only names the error need not import the algebra (15 ms)."""


class TargetError(Exception):
    """The targets cannot be used: one line that says which, and what is known instead."""
