"""Indexes that are missing, broken or in excess."""
