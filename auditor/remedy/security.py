"""Operations on row security, policies and privileges."""

from auditor.catalog import Policy, Table
from auditor.remedy.operation import Operation
from auditor.remedy.rows import _Pending


def enable_row_security(table: Table) -> Operation:
    """Turns row security on."""
    return _Pending(table=table)


def force_row_security(table: Table) -> Operation:
    """Makes row security hold for the table's owner too."""
    return _Pending(table=table)


def create_policy(table: Table, policy: Policy) -> Operation:
    """Creates a policy."""
    return _Pending(table=table)


def drop_policy(table: Table, policy: Policy) -> Operation:
    """Drops a policy; rolled back, it is created from its own text."""
    return _Pending(table=table)


def revoke(table: Table, role: str, privilege: str) -> Operation:
    """Takes a privilege on the table from a role (`PUBLIC` for everybody)."""
    return _Pending(table=table)
