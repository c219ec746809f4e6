"""How fast an audit is, beside one read of every column and beside hand-written SQL. `make bench`."""
