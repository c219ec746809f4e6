"""Operations that add or validate a constraint, or take it away to bring its violations back."""

from auditor.catalog import Action, Constraint, Table
from auditor.remedy.operation import Operation
from auditor.remedy.rows import _Pending
from auditor.sql import Condition


def add_foreign_key(
    table: Table,
    columns: tuple[str, ...],
    referenced: Table,
    referenced_columns: tuple[str, ...],
    on_delete: Action = "NO ACTION",
    on_update: Action = "NO ACTION",
) -> Operation:
    """Adds a foreign key NOT VALID, and validates it after the clean-up."""
    return _Pending(table=table)


def validate_constraint(table: Table, constraint: Constraint) -> Operation:
    """Validates a constraint; rolled back, it is NOT VALID again."""
    return _Pending(table=table)


def reopen_constraint(table: Table, constraint: Constraint) -> Operation:
    """For a constraint that is validated and violated: it comes back NOT VALID after a rollback."""
    return _Pending(table=table)


def add_check(table: Table, condition: Condition, suffix: str) -> Operation:
    """Adds a CHECK NOT VALID, and validates it."""
    return _Pending(table=table)


def set_not_null(table: Table, column: str) -> Operation:
    """Sets a column NOT NULL without a scan under a strong lock."""
    return _Pending(table=table)


def add_unique(table: Table, columns: tuple[str, ...]) -> Operation:
    """Builds a unique index concurrently, and makes a constraint of it."""
    return _Pending(table=table)
