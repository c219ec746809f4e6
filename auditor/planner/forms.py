"""The forms of scans that are no fused pass, and which one the statistics ask for.

Numbers in comments were measured on PostgreSQL 18, two cores, tables of 1.2 to 2 million rows.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from auditor import sql
from auditor.catalog import Table
from auditor.planner import met
from auditor.planner.scan import Quantity, Scan, estimated_rows, pages_of
from auditor.probe import KeyProbe, Probe, ReferenceProbe, RowProbe, relation

_LARGE_ROWS = 100_000
_REPEATED = 20
_FEW_KEYS = 20_000


def counted_apart(table: Table, condition: sql.Condition) -> Scan:
    """A read of the table for one condition alone."""
    rows = sa.select(sa.literal(1).label("row")).select_from(relation(table)).where(condition)
    return _counting((table,), sql.render(rows), ("count(*)",), None, ())


def grouping(probe: KeyProbe, *, with_keys: bool) -> Scan:
    """One grouping by the key, each column by its own equality: how many rows share a key, and how many keys are
    shared."""
    groups = (
        sa.select(*_values(probe.keys), sa.func.count().label("n"))
        .select_from(relation(probe.table))
        .where(probe.population)
        .group_by(*probe.keys)
        .having(sa.func.count() > 1)
    )
    brings_keys = with_keys and met.can_be_shown(probe.table) and met.are_plain(probe.table, probe.columns)
    return _counting(
        (probe.table,),
        sql.render(groups),
        ("coalesce(sum(n), 0)", "count(*)"),
        met.keys_of_groups(probe) if brings_keys else None,
        settings_of(probe),
    )


def anti_join(probe: ReferenceProbe, *, with_keys: bool) -> Scan:
    """The number of referencing rows without referenced row.

    Where few keys refer many times (by the statistics) to a large table, they are grouped first and looked up once
    each: 0.43 s against 0.93. Elsewhere that is the slower one: 1.55 s against 1.10. Joined to the table's own pass by
    a LEFT JOIN it saved nothing. Where an index finds the referencing column, nothing else is asked for, so that the
    index alone is read: 0.17 s against 0.73; the rows of the few orphans are looked up by their values.
    """
    tables = (probe.table,) if probe.table.oid == probe.referenced.oid else (probe.table, probe.referenced)
    if probe.elements is not None:
        return _of_elements(probe, tables, with_keys=with_keys)
    brings_keys = with_keys and met.can_be_shown(probe.table)
    column, number = _plain_column(probe), "count(*){of_kind}"
    if column is not None and _is_much_repeated(probe, column):
        orphans, number = _by_key(probe, column), "coalesce(sum(n){of_kind}, 0)"
        distinct = "count(*)"
        keys = met.keys_of_values(probe.table, column)
    elif column is not None and probe.table.finds((column.name,)):
        orphans, keys = _orphans(probe, [column]), met.keys_of_values(probe.table, column)
        distinct = "count(DISTINCT value_0)"
    else:
        row_key = met.key_columns(probe.table)
        values = [value for value, _ in probe.pairs] if probe.counts_keys else []
        orphans, keys = _orphans(probe, [*row_key, *values]), met.keys_kept(len(row_key))
        distinct = f"count(DISTINCT ({', '.join(f'value_{len(row_key) + n}' for n, _ in enumerate(values))}))"
    filters = [f" FILTER (WHERE {each})" if each else "" for each in _filters(probe)]
    numbers = tuple(number.format(of_kind=each) for each in filters)
    numbers += (distinct + filters[0],) if probe.counts_keys else ()
    return _counting(tables, orphans, numbers, keys if brings_keys else None, settings_of(probe), _filters(probe)[0])


def _of_elements(probe: ReferenceProbe, tables: tuple[Table, ...], *, with_keys: bool) -> Scan:
    """Rows with an element that finds nothing, and how many such elements: all elements in one anti-join, where the
    row's own condition would look up each row's apart."""
    assert probe.elements is not None
    row_key = met.key_columns(probe.table)
    apart: list[sql.Expression] = [] if probe.table.row_key() else [sa.literal_column("tableoid")]
    rows = (
        sa.select(*_values(row_key), sa.func.count().label("n"))
        .select_from(relation(probe.table), probe.elements.scalar_alias)
        .where(probe.population, probe.elements.is_not(None), _violates(probe, probe.match))
        .group_by(*row_key, *apart)
    )
    keys = met.keys_kept(len(row_key)) if with_keys and met.can_be_shown(probe.table) else None
    return _counting(tables, sql.render(rows), ("count(*)", "coalesce(sum(n), 0)"), keys, settings_of(probe))


def _filters(probe: ReferenceProbe) -> tuple[str, ...]:
    """Which orphans each number counts: those of no kind, then each kind by its flag; all where there are no kinds."""
    flags = [f"kind_{n}" for n, _ in enumerate(probe.kinds)]
    return (f"NOT ({' OR '.join(flags)})" if flags else "", *flags)


def _counting(  # noqa: PLR0917
    tables: tuple[Table, ...],
    violating: sql.Sql,
    numbers: tuple[str, ...],
    keys: met.Keys | None,
    settings: tuple[sql.Sql, ...],
    shown: str = "",
) -> Scan:
    """A scan that counts what a statement selects; and keeps some of it, where keys of rows follow from that: of all,
    or of what is `shown`."""
    counts = sql.compose("ARRAY[{numbers}]::bigint[]", numbers=sql.Sql(", ".join(numbers)))
    plain = sql.compose("SELECT {counts} FROM ({violating}) AS violating", counts=counts, violating=violating)
    return Scan(
        tables=tables,
        statement=plain if keys is None else sql.Sql("SELECT counts FROM met"),
        quantities=tuple(Quantity(tables[0].oid, violating, slot) for slot in range(len(numbers))),
        met=None if keys is None else met.counted(violating, counts, keys.kept, shown),
        keys=None if keys is None else keys.statement,
        settings=settings,
        pages=sum(map(pages_of, tables)),
        rows=sum(map(estimated_rows, tables)),
    )


def _values(columns: Iterable[sql.Expression]) -> list[sa.Label[object]]:
    return [column.label(f"value_{n}") for n, column in enumerate(columns)]


def _flags(probe: ReferenceProbe) -> list[sa.Label[bool]]:
    return [each.condition.label(f"kind_{n}") for n, each in enumerate(probe.kinds)]


def _orphans(probe: ReferenceProbe, columns: Iterable[sql.Expression]) -> sql.Sql:
    values = _values(columns)
    rows = sa.select(*values, *_flags(probe)).select_from(relation(probe.table))
    return sql.render(rows.where(probe.population, _violates(probe, probe.match)))


def _violates(probe: ReferenceProbe, match: sql.Condition) -> sql.Condition:
    found = sa.exists(sa.select(sa.literal(1)).select_from(probe.target).where(match))
    return found if probe.finds else ~found


def _by_key(probe: ReferenceProbe, column: sa.ColumnClause[object]) -> sql.Sql:
    keys = (
        sa.select(column.label("key"), sa.func.count().label("n"))
        .select_from(relation(probe.table))
        .where(probe.population)
        .group_by(column)
        .subquery("keys")
    )

    def of_key(condition: sql.Condition) -> sql.Condition:
        """The condition with the key in place of the column."""
        key: sql.Expression = keys.c.key
        return visitors.replacement_traverse(condition, {}, lambda element, **_: key if element is column else None)

    flags = [of_key(each.element).label(each.name) for each in _flags(probe)]
    found = sa.select(keys.c.key.label("value_0"), keys.c.n, *flags).select_from(keys)
    return sql.render(found.where(_violates(probe, of_key(probe.match))))


def _plain_column(probe: ReferenceProbe) -> sa.ColumnClause[object] | None:
    """The referencing column, where there is one alone (and none that says which rows are meant), and rows that group
    together also match together: a citext column may be compared as text, and a collation may hold different texts to
    be equal."""
    if len(probe.pairs) != 1 or len(probe.columns) != 1:
        return None
    (column, _), *_ = probe.pairs
    if not isinstance(column, sa.ColumnClause) or not probe.table.has_column(column.name):
        return None
    is_plain = met.are_plain(probe.table, [column.name]) and probe.table.column(column.name).collation is None
    return column if is_plain else None


def _is_much_repeated(probe: ReferenceProbe, column: sa.ColumnClause[object]) -> bool:
    """By n_distinct: a negative one grows with the table, so its keys are not few."""
    statistics = probe.table.column(column.name).statistics
    return (
        statistics is not None
        and 0 < statistics.distinct <= _FEW_KEYS
        and estimated_rows(probe.table) >= max(_REPEATED * statistics.distinct, _LARGE_ROWS)
        and estimated_rows(probe.referenced) >= _REPEATED * statistics.distinct
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
