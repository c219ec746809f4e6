"""The protocol of an operation, and what it may know of the plan it stands in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import sqlalchemy as sa

from auditor.catalog import Catalog, Table
from auditor.model import Note, Reference, Step
from auditor.sql import Condition, Expression


@dataclass(frozen=True, kw_only=True, eq=False)
class Referral:
    """An inferred reference that is as good as declared: when its row of `table` and one of `referenced` meet.

    `match` compares a row of `table` with one of `target`, an alias of `referenced`: the same comparison that counts
    orphans. `let_go` are the columns that a plan may set NULL when the referenced row goes; empty where the referring
    row goes with it.
    """

    reference: Reference
    table: Table
    referenced: Table
    target: sa.sql.selectable.NamedFromClause
    match: Condition
    let_go: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Fill:
    """Values that a chosen remedy assigns, by column, in the rows that violate."""

    table: Table
    values: Mapping[str, Expression]
    violation: Condition


@dataclass(frozen=True, kw_only=True, eq=False)
class KeyToCome:
    """A unique key of the coming migration, of the rows that `where` is true of; `columns` are those that it reads."""

    table: Table
    keys: tuple[Expression, ...]
    columns: tuple[str, ...]
    where: str | None


@dataclass(frozen=True, kw_only=True)
class PlanContext:
    """What every step may look at: the catalog (versions, keys, triggers, names taken) and the plan's id.

    `plan_id` is short, lower case, and names the quarantine's tables of this plan; `fingerprint` is that of the
    finding whose remedy is rendered; `violations` the rows that its audit counted (None where none were).
    Rows that refer to a row which is set aside go with it, let go of it, or are re-pointed, through `referrals` too.
    `broken` are the foreign keys that are validated and violated all the same, by schema, table and name: no row that
    violates one can come back while it stands. `stuck` are the constraints that are NOT VALID and whose violations
    stay, named alike: a row that violates one cannot be updated. `fills` are what the plan fills NULLs with, `emptied`
    the columns, by schema, table and name, that rows which it inserts leave NULL; what is re-pointed breaks
    none of the `keys_to_come`.
    """

    catalog: Catalog
    plan_id: str
    fingerprint: str
    violations: int | None = None
    referrals: tuple[Referral, ...] = ()
    broken: frozenset[tuple[str, str, str]] = frozenset()
    stuck: frozenset[tuple[str, str, str]] = frozenset()
    fills: tuple[Fill, ...] = ()
    emptied: frozenset[tuple[str, str, str]] = frozenset()
    keys_to_come: tuple[KeyToCome, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal(Note):
    """Why rows are not changed: what was to come after it in the same remedy cannot be done either."""


class Operation(Protocol):
    """Something that can be applied, verified and reverted: it yields the steps of all these, in any order."""

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        """The steps, each with its phase, SQL, lock and expected rows; and notes for the reader."""
        ...


@dataclass(frozen=True, kw_only=True)
class Counted:
    """An operation on some of the rows of its finding: `violations` of them."""

    operation: Operation
    violations: int

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        """Those of the operation, for so many rows."""
        yield from self.operation.steps(replace(context, violations=self.violations))


def bare(operation: Operation) -> Operation:
    """The operation, whoever counted its rows."""
    return operation.operation if isinstance(operation, Counted) else operation
