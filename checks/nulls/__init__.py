"""NULL where a value is meant to be."""
