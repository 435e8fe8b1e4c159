"""Snapshots as rows of cells and as JSON items: the same for the screen and for scripts."""
