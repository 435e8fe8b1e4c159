"""Findings: pure rules over a snapshot."""
