"""Rows that share what was meant to be a key."""
