"""Constraints that are declared and do not hold."""
