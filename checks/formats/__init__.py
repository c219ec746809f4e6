"""Values that are not written as they have to be."""
