"""Keys of some violating rows, brought by the statement that counts them: no second anti-join, no second grouping.

A statement passes all that violates through one aggregate, which counts it and keeps the first `KEPT`: what it holds
is bounded, however many rows violate. (A WITH query of the rows themselves is spooled: gigabytes, where a reference
is broken throughout.) `met` is the WITH query of that one row: `counts`, and `kept_0`, `kept_1` … as arrays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from auditor import sql
from auditor.catalog import Table
from auditor.probe import KeyProbe, relation

KEYS_MET = 5
"""How many keys a scan brings."""

KEPT = 100
"""How many of what violates are kept until all is counted; the first of them are brought, and are the first of all
where no more violate."""

SHARED_KEYS = 3
"""Of so many shared keys two rows each are shown."""

_PLAIN = frozenset(
    ("bool", "int2", "int4", "int8", "numeric", "float8", "uuid", "text", "varchar", "date", "timestamp", "timestamptz")
)
"""Types that make arrays, and whose `=` is the one that groups, also under an empty search_path."""


def are_plain(table: Table, columns: Sequence[str]) -> bool:
    """Whether values of these columns can be kept in arrays, and be looked up by `=`."""
    types = [table.column(name).type for name in columns]
    return bool(types) and all(each.base in _PLAIN and each.base_schema == "pg_catalog" for each in types)


def can_be_shown(table: Table) -> bool:
    """Whether the keys that tell one row from another are visible, and can be kept (no arrays of arrays)."""
    names = table.row_key()
    return table.can_read(names) and all(table.column(name).type.category != "A" for name in names)


@dataclass(frozen=True, slots=True)
class Keys:
    """A statement that selects keys of rows from `kept`, and how many values are kept of each thing that violates."""

    statement: sql.Sql
    kept: int


def counted(violating: sql.Sql, counts: sql.Sql, kept: int, shown: str = "") -> sql.Sql:
    """The one row of `met`, from the statement that selects all that violates as `value_0`, `value_1` …; where not all
    of it is to be shown, what `shown` is true of is kept."""
    number, only = "row_number() OVER ()", ""
    if shown:
        number, only = f"count(*) FILTER (WHERE {shown}) OVER (ROWS UNBOUNDED PRECEDING)", f" AND {shown}"
    first = sql.Sql(f"nth <= {KEPT}{only}")
    arrays = (
        sql.compose("array_agg(value_{n}) FILTER (WHERE {first}) AS kept_{n}", n=n, first=first) for n in range(kept)
    )
    return sql.compose(
        "SELECT {counts} AS counts,\n  {arrays}\n"
        "FROM (SELECT *, {number} AS nth FROM ({violating}) AS violating) AS numbered",
        counts=counts,
        arrays=sql.Sql(",\n  ".join(arrays)),
        number=sql.Sql(number),
        violating=violating,
    )


def keys_kept(columns: int) -> Keys:
    """The keys of rows, where what was kept are keys: the first in order."""
    kept = _kept(columns)
    return _from(kept, sa.select(row_key_json(kept.c)).select_from(kept).order_by(*kept.c).limit(KEYS_MET))


def keys_of_values(table: Table, column: sql.Expression) -> Keys:
    """The keys of rows whose column holds one of the values that were kept: the first of `KEPT` rows at most, because
    one value may stand in millions."""
    kept = _kept(1)
    labels = [key.label(f"key_{n}") for n, key in enumerate(key_columns(table))]
    found = column.in_(sa.select(kept.c.value_0))
    rows = sa.select(*labels).select_from(relation(table)).where(found).limit(KEPT).subquery("found")
    return _from(kept, sa.select(row_key_json(rows.c)).select_from(rows).order_by(*rows.c).limit(KEYS_MET))


def keys_of_groups(probe: KeyProbe) -> Keys:
    """Two rows of each of the first shared keys, in the order of the keys."""
    kept = _kept(len(probe.keys))
    first = sa.select(*kept.c).select_from(kept).order_by(*kept.c).limit(SHARED_KEYS).subquery("first")
    same = [key == value for key, value in zip(probe.keys, first.c, strict=True)]
    return _from(kept, two_of_each(probe, first.c, same).limit(KEYS_MET))


@cache
def _kept(columns: int) -> sa.TableClause:
    return sa.table("kept", *(sa.column(f"value_{n}") for n in range(columns)))


def _from(kept: sa.TableClause, keys: sa.Select[tuple[object, ...]]) -> Keys:
    statement = sql.compose(
        "WITH kept ({names}) AS (SELECT {values} FROM met)\n{keys}",
        names=sql.Sql(", ".join(column.name for column in kept.c)),
        values=sql.Sql(", ".join(f"unnest(kept_{n})" for n in range(len(kept.c)))),
        keys=sql.render(keys),
    )
    return Keys(statement, len(kept.c))


def two_of_each(
    probe: KeyProbe, groups: Iterable[sql.Expression], conditions: Iterable[sql.Condition] = ()
) -> sa.Select[tuple[str]]:
    """The first and the last row of the shared keys whose first rows come first."""
    columns = key_columns(probe.table)
    is_number = len(columns) == 1 and _is_integer(probe.table)
    key = columns[0] if is_number else row_key_json(columns)
    shared = (
        sa.select(sa.func.min(key).label("low"), sa.func.max(key).label("high"))
        .select_from(relation(probe.table))
        .where(probe.population, *conditions)
        .group_by(*groups)
        .having(sa.func.count() > 1)
        .order_by(sa.func.min(key))
        .limit(SHARED_KEYS)
        .subquery("shared")
    )
    both = [row_key_json([side]) if is_number else side for side in (shared.c.low, shared.c.high)]
    return sa.select(sa.func.unnest(postgresql.array(both)).label("key")).select_from(shared)


def key_columns(table: Table) -> tuple[sql.Expression, ...]:
    """What tells one row from another: the row key's columns, else the row's place in the file."""
    row = relation(table)
    return tuple(row.c[name] for name in table.row_key()) or (sa.literal_column("ctid"),)


def row_key_json(columns: Iterable[sql.Expression]) -> sql.Expression:
    """A row key as text: a JSON array of its columns' values as text, of any type, and any number of them."""
    return sa.cast(sa.func.jsonb_build_array(*(sa.cast(column, sa.Text()) for column in columns)), sa.Text())


def _is_integer(table: Table) -> bool:
    (name, *_) = (*table.row_key(), "ctid")
    return table.has_column(name) and table.column(name).type.family == "integer"
