"""The checks, one file each, by family; the catalog of checks is the `Check` values found in here."""
