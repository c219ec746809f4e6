"""Changing rows and keeping their images in one statement."""

from collections.abc import Mapping

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.remedy.quarantine import Quarantine, relation_of
from auditor.sql import Condition, Expression, Sql

Columns = Mapping[str, Expression]


def set_aside_statement(quarantine: Quarantine, step: str, violation: Condition) -> Sql:
    """Deletes the violating rows into the quarantine."""
    relation = relation_of(quarantine.table)
    gone = sa.delete(relation).where(violation).returning(*relation.c).cte("gone")
    values = _images(quarantine, step, "old", dict(gone.c.items()), sa.func.gen_random_uuid())
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
    column, from a relation that the violation joins the rows to. The row as it was has columns of other names: a value
    may be the user's own text, and a bare name in it means the row that is updated.
    """
    relation = relation_of(quarantine.table)
    was = {column: f"auditor_was_{number}" for number, column in enumerate(quarantine.columns)}
    row = quarantine.meta[2]
    source, taken = moved or (None, {})
    labels = {column: f"auditor_value_{number}" for number, column in enumerate(taken)}
    extras = [value.label(labels[column]) for column, value in taken.items()]
    looked = [relation.c[column].label(name) for column, name in was.items()]
    selected = sa.select(*looked, sa.func.gen_random_uuid().label(row), *extras).where(violation)
    if source is not None:
        selected = selected.join_from(relation, source, sa.true())
    before = selected.with_for_update(of=relation).cte("before")
    old = {column: before.c[name] for column, name in was.items()}
    assigned = {**values, **{column: before.c[label] for column, label in labels.items()}}
    after = (
        sa.update(relation)
        .values({relation.c[column]: value for column, value in assigned.items()})
        .where(*same_row(quarantine.table, dict(relation.c.items()), old))
        .returning(*relation.c, before.c[row])
        .cte("after")
    )
    both = sa.union_all(
        _images(quarantine, step, "old", old, before.c[row]),
        _images(quarantine, step, "new", dict(after.c.items()), after.c[row]),
    )
    return _kept(quarantine, both)


def _images(
    quarantine: Quarantine, step: str, image: str, rows: Columns, row: Expression
) -> sa.Select[tuple[object, ...]]:
    kept: list[Expression] = [sa.literal(step), sa.literal(image), row, *(rows[each] for each in quarantine.columns)]
    return sa.select(*kept)


def _kept(quarantine: Quarantine, values: sa.Select[tuple[object, ...]] | sa.CompoundSelect[tuple[object, ...]]) -> Sql:
    columns = [*quarantine.meta[:3], *quarantine.columns]
    return Sql(sql.render(sa.insert(quarantine.relation).from_select(columns, values)) + ";")


def same_row(table: Table, one: Columns, other: Columns) -> list[Condition]:
    """That two sets of this table's columns are of the same row, by its key."""
    return [equal(table.column(column), one[column], other[column]) for column in table.row_key()]


def equal(column: Column, one: Expression, other: Expression) -> Condition:
    """`one = other` by the equality of that column's type, also under an empty search_path."""
    operator = column.type.equality
    return sql.operate(one, (operator.schema, operator.name) if operator else ("pg_catalog", "="), other)
