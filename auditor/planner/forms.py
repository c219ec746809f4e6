"""The forms of scans that are no fused pass, and which one the statistics ask for.

Numbers in comments were measured on PostgreSQL 18, two cores, tables of 1.2 to 2 million rows.
"""

from collections.abc import Iterable
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import visitors

from auditor import sql
from auditor.catalog import Table
from auditor.planner.scan import Quantity, Scan, estimated_rows, pages_of
from auditor.probe import KeyProbe, Probe, ReferenceProbe, RowProbe, relation

KEYS_MET = 5
"""How many keys of violating rows a scan brings where it meets them in passing."""

_LARGE_ROWS = 100_000
_REPEATED = 20
_FEW_KEYS = 20_000


def counted_apart(table: Table, condition: sql.Condition) -> Scan:
    """A read of the table for one condition alone."""
    counted = sa.select(_array(sa.func.count())).select_from(relation(table)).where(condition)
    return _scan((table,), counted, 1)


def grouping(probe: KeyProbe) -> Scan:
    """One grouping by the key, each column by its own equality: how many rows share a key, and how many keys are
    shared."""
    row_count = sa.func.count().label("n")
    groups = (
        sa.select(row_count)
        .select_from(relation(probe.table))
        .where(probe.population)
        .group_by(*probe.keys)
        .having(sa.func.count() > 1)
        .subquery("shared")
    )
    counted = sa.select(_array(_total(groups.c.n), sa.func.count())).select_from(groups)
    return _scan((probe.table,), counted, 2, settings_of(probe))


def anti_join(probe: ReferenceProbe, *, with_keys: bool) -> Scan:
    """The number of referencing rows without referenced row.

    Where few keys refer many times (by the statistics) to a large table, they are grouped first and looked up once
    each: 0.43 s against 0.93. Elsewhere that is the slower one: 1.55 s against 1.10. Joined to the table's own pass by
    a LEFT JOIN it saved nothing.
    """
    tables = (probe.table,) if probe.table.oid == probe.referenced.oid else (probe.table, probe.referenced)
    repeated = _repeated_keys(probe)
    if repeated is not None:
        return _scan(tables, _by_key(probe, repeated), 1, settings_of(probe))
    if not with_keys or not probe.table.can_read(probe.table.row_key()):
        return _scan(tables, _by_row(probe), 1, settings_of(probe))
    return _meeting(probe, tables)


def _meeting(probe: ReferenceProbe, tables: tuple[Table, ...]) -> Scan:
    """The orphans are few as a rule: kept until they are counted, some of their keys are known without a second
    anti-join. Elsewhere this costs a tuple store."""
    columns = [column.label(f"key_{n}") for n, column in enumerate(key_columns(probe.table))]
    orphans = sa.select(*columns).select_from(relation(probe.table)).where(_orphan(probe))
    text = sql.render(orphans)
    return Scan(
        tables=tables,
        statement=sql.Sql("SELECT ARRAY[count(*)] FROM rows_met"),
        quantities=(Quantity(probe.table.oid, text),),
        rows_met=text,
        keys=_keys_met(len(columns)),
        settings=settings_of(probe),
        pages=sum(map(pages_of, tables)),
        rows=sum(map(estimated_rows, tables)),
    )


@cache
def _keys_met(columns: int) -> sql.Sql:
    met = sa.table("rows_met", *(sa.column(f"key_{n}") for n in range(columns)))
    return sql.render(sa.select(row_key_json(met.c)).select_from(met).order_by(*met.c).limit(KEYS_MET))


def key_columns(table: Table) -> tuple[sql.Expression, ...]:
    """What tells one row from another: the row key's columns, else the row's place in the file."""
    row = relation(table)
    return tuple(row.c[name] for name in table.row_key()) or (sa.literal_column("ctid"),)


def row_key_json(columns: Iterable[sql.Expression]) -> sql.Expression:
    """A row key as text: a JSON array of its columns' values as text, of any type, and any number of them."""
    return sa.cast(sa.func.jsonb_build_array(*(sa.cast(column, sa.Text()) for column in columns)), sa.Text())


def _by_row(probe: ReferenceProbe) -> sa.Select[tuple[object]]:
    return sa.select(_array(sa.func.count())).select_from(relation(probe.table)).where(_orphan(probe))


def _orphan(probe: ReferenceProbe) -> sql.Condition:
    return sa.and_(probe.population, ~sa.exists(sa.select(sa.literal(1)).select_from(probe.target).where(probe.match)))


def _by_key(probe: ReferenceProbe, column: sa.ColumnClause[object]) -> sa.Select[tuple[object]]:
    keys = (
        sa.select(column.label("key"), sa.func.count().label("n"))
        .select_from(relation(probe.table))
        .where(probe.population)
        .group_by(column)
        .subquery("keys")
    )
    match = visitors.replacement_traverse(
        probe.match, {}, lambda element, **_: keys.c.key if element is column else None
    )
    found = sa.exists(sa.select(sa.literal(1)).select_from(probe.target).where(match))
    return sa.select(_array(_total(keys.c.n))).select_from(keys).where(~found)


def _repeated_keys(probe: ReferenceProbe) -> sa.ColumnClause[object] | None:
    """The referencing column, where grouping by it comes first.

    Only where rows that group together also match together: a citext column may be compared as text, and a collation
    may hold different texts to be equal.
    """
    if len(probe.pairs) != 1:
        return None
    (column, _), *_ = probe.pairs
    if not isinstance(column, sa.ColumnClause) or not probe.table.has_column(column.name):
        return None
    known = probe.table.column(column.name)
    if known.type.base not in ("int2", "int4", "int8", "uuid", "text", "varchar") or known.collation is not None:
        return None
    if known.statistics is None or not _is_much_repeated(probe, known.statistics.distinct):
        return None
    return column


def _is_much_repeated(probe: ReferenceProbe, distinct: float) -> bool:
    """`distinct` as n_distinct: a negative one grows with the table, so its keys are not few."""
    return (
        0 < distinct <= _FEW_KEYS
        and estimated_rows(probe.table) >= max(_REPEATED * distinct, _LARGE_ROWS)
        and estimated_rows(probe.referenced) >= _REPEATED * distinct
    )


def settings_of(probe: Probe) -> tuple[sql.Sql, ...]:
    """`SET LOCAL` for what groups or joins a large table; each is a statement more, in the same message.

    A small work_mem splits the hash table into batches that fit the processor's cache: 0.79 s at 1 MB, 1.13 at 4 MB,
    1.49 at 16 MB; it grows with the table so that the batches do not become thousands. Without statistics on an
    expression a merge join sorts both sides on disk: 5.1 s against 1.2.
    """
    rows = estimated_rows(probe.table)
    if isinstance(probe, ReferenceProbe):
        rows = max(rows, estimated_rows(probe.referenced))
    if rows < _LARGE_ROWS or isinstance(probe, RowProbe):
        return ()
    settings = [sql.compose("SET LOCAL work_mem = '{megabytes}MB'", megabytes=min(max(rows // 4_000_000, 1), 16))]
    if isinstance(probe, ReferenceProbe) and not all(_is_column(side) for pair in probe.pairs for side in pair):
        settings.append(sql.Sql("SET LOCAL enable_mergejoin = off"))
    return tuple(settings)


def _is_column(expression: sql.Expression) -> bool:
    return isinstance(expression, sa.ColumnClause)


def _array(*numbers: sql.Expression) -> sql.Expression:
    return sa.cast(postgresql.array(numbers), postgresql.ARRAY(sa.BigInteger()))


def _total(number: sql.Expression) -> sql.Expression:
    return sa.func.coalesce(sa.func.sum(number), sa.literal(0))


def _scan(
    tables: tuple[Table, ...], statement: sa.Select[tuple[object]], numbers: int, settings: tuple[sql.Sql, ...] = ()
) -> Scan:
    text = sql.render(statement)
    return Scan(
        tables=tables,
        statement=text,
        quantities=tuple(Quantity(tables[0].oid, text, slot) for slot in range(numbers)),
        settings=settings,
        pages=sum(map(pages_of, tables)),
        rows=sum(map(estimated_rows, tables)),
    )
