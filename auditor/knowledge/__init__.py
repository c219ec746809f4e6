"""What several checks know: what names, statistics, the configuration and the catalog say of columns, rows and roles.

Below the checks, without a connection; each module has one subject.
"""
