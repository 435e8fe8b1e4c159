"""The vocabulary of a pod as immutable values. Imports the standard library and msgspec, nothing else.

Import the noun from its module (`from backends.model.node import Node`): this file costs nothing.
"""
