"""Changing rows and keeping their images in one statement."""

from collections.abc import Mapping

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.remedy.quarantine import Quarantine, relation_of
from auditor.sql import Condition, Expression, Sql


def set_aside_statement(quarantine: Quarantine, step: str, violation: Condition) -> Sql:
    """Deletes the violating rows into the quarantine."""
    relation = relation_of(quarantine.table)
    gone = sa.delete(relation).where(violation).returning(*relation.c).cte("gone")
    values = _images(quarantine, step, "old", gone, sa.func.gen_random_uuid())
    return _kept(quarantine, values)


def assign_statement(
    quarantine: Quarantine,
    step: str,
    values: Mapping[str, Expression],
    violation: Condition,
    moved: tuple[sa.FromClause, Mapping[str, Expression]] | None = None,
) -> Sql:
    """Locks the violating rows, assigns, and keeps each row as it was and as it became.

    Before 18 an UPDATE returns new values only, hence the lock and the look first. `moved` are further values, by
    column, from a relation that the violation joins the rows to.
    """
    relation = relation_of(quarantine.table)
    row = quarantine.meta[2]
    source, taken = moved or (None, {})
    labels = {column: f"auditor_value_{number}" for number, column in enumerate(taken)}
    extras = [value.label(labels[column]) for column, value in taken.items()]
    selected = sa.select(*relation.c, sa.func.gen_random_uuid().label(row), *extras).where(violation)
    if source is not None:
        selected = selected.join_from(relation, source, sa.true())
    before = selected.with_for_update(of=relation).cte("before")
    assigned = {**values, **{column: before.c[label] for column, label in labels.items()}}
    after = (
        sa.update(relation)
        .values({relation.c[column]: value for column, value in assigned.items()})
        .where(*same_row(quarantine.table, relation, before))
        .returning(*relation.c, before.c[row])
        .cte("after")
    )
    both = sa.union_all(
        _images(quarantine, step, "old", before, before.c[row]), _images(quarantine, step, "new", after, after.c[row])
    )
    return _kept(quarantine, both)


def _images(
    quarantine: Quarantine, step: str, image: str, rows: sa.FromClause, row: Expression
) -> sa.Select[tuple[object, ...]]:
    return sa.select(sa.literal(step), sa.literal(image), row, *(rows.c[column] for column in quarantine.columns))


def _kept(quarantine: Quarantine, values: sa.Select[tuple[object, ...]] | sa.CompoundSelect[tuple[object, ...]]) -> Sql:
    columns = [*quarantine.meta[:3], *quarantine.columns]
    return Sql(sql.render(sa.insert(quarantine.relation).from_select(columns, values)) + ";")


def same_row(table: Table, one: sa.FromClause, other: sa.FromClause) -> list[Condition]:
    """That two relations with this table's columns hold the same row, by its key."""
    return [equal(table.column(column), one.c[column], other.c[column]) for column in table.row_key()]


def equal(column: Column, one: Expression, other: Expression) -> Condition:
    """`one = other` by the equality of that column's type, also under an empty search_path."""
    operator = column.type.equality
    return sql.operate(one, (operator.schema, operator.name) if operator else ("pg_catalog", "="), other)
