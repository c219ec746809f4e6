"""References between tables: declared, and meant."""
