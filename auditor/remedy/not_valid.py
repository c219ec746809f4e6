"""Constraints that stand NOT VALID: they are validated, and opened again for the old rows when these come back."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.catalog import Constraint, Table
from auditor.model import Note, Phase, Step, printable
from auditor.remedy import order
from auditor.remedy.constraints import FOREIGN_KEYS, Named, both, constraint_step, exclusive, on_table, scans, verified
from auditor.remedy.operation import Operation, PlanContext
from auditor.remedy.script import LONG, named, transaction


@dataclass(frozen=True, kw_only=True)
class _Validate:
    table: Table
    constraint: Constraint

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        if not self.constraint.enforced:
            yield Note(
                f"{printable(self.constraint.name)} on {named(self.table)} is NOT ENFORCED: whether it is to be"
                " enforced is yours to decide; this plan leaves it as it is"
            )
            return
        constraint = on_table(self.table, self.constraint.name, KINDS[self.constraint.kind])
        yield _validated(self.table, constraint)
        yield verified(self.table, constraint, FOREIGN_KEYS)
        yield from reopened(context, self.table, self.constraint)


def _validated(table: Table, constraint: Named) -> Step:
    title = f"validate {printable(constraint.name)} on {named(table)}"
    parts = (transaction(title, constraint.validate(), timeout=LONG),)
    return constraint_step(Phase.CONSTRAINTS, FOREIGN_KEYS, table, title, parts, scans(table), verb="validate")


@dataclass(frozen=True, kw_only=True)
class _Reopen:
    table: Table
    constraint: Constraint

    def steps(self, context: PlanContext) -> Iterator[Step | Note]:
        constraint = on_table(self.table, self.constraint.name, KINDS[self.constraint.kind])
        # It is valid, and nothing to do, but for who applies the plan again after a rollback.
        yield _validated(self.table, constraint)
        yield verified(self.table, constraint, FOREIGN_KEYS)
        yield from broken_key_reopened(context, self.table, self.constraint)


def broken_key_reopened(context: PlanContext, table: Table, key: Constraint) -> Iterator[Step | Note]:
    """As `reopened`, with a word to the reader where the key was validated."""
    yield from reopened(context, table, key)
    if key.validated:
        yield Note(
            f"{printable(key.name)} on {named(table)} is validated, and violated all the same: rolling back brings the"
            " violating rows back and leaves it NOT VALID, as no server would accept it otherwise"
        )


KINDS = {
    "primary-key": "p",
    "unique": "u",
    "foreign-key": "f",
    "check": "c",
    "exclusion": "x",
    "not-null": "n",
}
"""pg_constraint.contype of each kind."""


def reopened(context: PlanContext, table: Table, constraint: Constraint) -> Iterator[Step | Note]:
    """Rollback alone: drops a constraint that would refuse the rows that come back, then adds it again NOT VALID."""
    if constraint.kind == "foreign-key" and table.kind == "partitioned" and context.catalog.server.major < 18:
        yield Note(
            f"{printable(constraint.name)} on {named(table)} cannot be NOT VALID before PostgreSQL 18, the table being"
            " partitioned: a rollback leaves rows that violate it in the quarantine"
        )
        return
    there = on_table(table, constraint.name, KINDS[constraint.kind])
    definition = constraint.definition.removesuffix(" NOT VALID") + " NOT VALID"
    locked = both(table, context.catalog.by_oid(constraint.referenced_oid) if constraint.referenced_oid else None)
    changes = (
        (order.DROP, 0, "take away", there.drop()),
        (order.ADD_AGAIN, 0, "give back, NOT VALID,", there.add(definition)),
    )
    for part, rank, verb, change in changes:
        title = f"{verb} {printable(constraint.name)} of {named(table)}"
        parts = (transaction(title, change, tables=len(locked)),)
        yield constraint_step(
            Phase.ROLLBACK, rank, table, title, parts, exclusive(*locked), verb="reopen", rollback_part=part
        )


def validate_constraint(table: Table, constraint: Constraint) -> Operation:
    """Validates a constraint; rolled back, it is NOT VALID again."""
    return _Validate(table=table, constraint=constraint)


def validates(operation: Operation) -> tuple[str, str, str] | None:
    """Schema, table and name of the constraint that the operation validates, where it does that."""
    if not isinstance(operation, _Validate):
        return None
    return operation.table.schema, operation.table.name, operation.constraint.name


def reopen_constraint(table: Table, constraint: Constraint) -> Operation:
    """For a constraint that is validated and violated: it comes back NOT VALID after a rollback."""
    return _Reopen(table=table, constraint=constraint)
