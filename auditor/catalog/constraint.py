"""Constraints of tables."""

from dataclasses import dataclass
from typing import Literal

from auditor.catalog.types import Operator

Action = Literal["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A row of pg_constraint, roots of partitioned tables only.

    `columns` in the constraint's order; `definition` as pg_get_constraintdef gives it, with names qualified;
    `expression` is a CHECK's condition alone (pg_get_expr); `equality` holds, for a foreign key, the operator
    that compares each pair of columns, referenced on the left as in conpfeqop.
    """

    oid: int
    name: str
    kind: Literal["primary-key", "unique", "foreign-key", "check", "exclusion", "not-null"]
    columns: tuple[str, ...]
    definition: str
    expression: str | None = None
    validated: bool = True
    enforced: bool = True
    deferrable: bool = False
    deferred: bool = False
    no_inherit: bool = False
    nulls_not_distinct: bool = False
    index: str | None = None
    referenced_oid: int | None = None
    referenced_columns: tuple[str, ...] = ()
    equality: tuple[Operator, ...] = ()
    match_full: bool = False
    on_delete: Action = "NO ACTION"
    on_update: Action = "NO ACTION"
    has_period: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionConstraint:
    """A constraint that one partition declares for itself; its columns are left out. Those of the root, which hold for
    all partitions, are the table's."""

    schema: str
    partition: str
    constraint: Constraint
