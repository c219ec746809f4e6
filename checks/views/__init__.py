"""Materialised views and their refresh."""
