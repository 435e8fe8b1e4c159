"""Logs read where they lie, for the verb and for the screen alike: controllers', nodes' journals, jobs' output."""
