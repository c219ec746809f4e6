"""How well undeclared references are found, on open data whose foreign keys are known: `make bench-references`."""
