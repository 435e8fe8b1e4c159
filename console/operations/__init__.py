"""Writes: planners that only compute, and the runner that applies their plans."""
