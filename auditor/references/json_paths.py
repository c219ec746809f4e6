"""Keys inside JSON: which paths a bounded sample of rows has, and which of them may refer to something."""

from collections.abc import Iterator, Sequence

from auditor import sql
from auditor.catalog import Catalog
from auditor.model import Coverage
from auditor.references.asked import OVERRUN, Connection, Row, answers
from auditor.references.candidate import Place
from auditor.references.keys import Keys
from auditor.references.look_up import MOST_VALUES, hidden, obstacle_at, rows_of
from auditor.references.matching import INTEGER_PATTERN, UUID_PATTERN
from auditor.references.names import name
from auditor.references.unseen import unlooked_column
from auditor.sql import Sql

MOST_PATHS = 40
_MOSTLY = 0.8


def places_inside_json(
    connection: Connection, catalog: Catalog, keys: Keys, empty: frozenset[int]
) -> tuple[tuple[Place, ...], tuple[Coverage, ...]]:
    """The paths, at most two keys deep, whose values are scalars and whose names, or uuids, say that they are keys;
    and the columns into which nobody looked.

    `empty` are the oids of tables that are known to be empty.
    """
    columns = [place for place in json_columns(catalog) if place.table.oid not in empty]
    possible = [place for place in columns if not obstacle_at(place.table, place.column)]
    answered, failed = answers(connection, possible, paths_statement)
    unreadable = [each for each in columns if not hidden(each.table) and obstacle_at(each.table, each.column)]
    unseen = [unlooked_column(each, obstacle_at(each.table, each.column)) for each in unreadable]
    unseen += [unlooked_column(each, OVERRUN) for each in failed]
    names = frozenset(name(key.column.name).joined for key in keys.all if name(key.column.name).stem)
    places = (_place(column, row) for column, row in answered)
    return tuple(place for place in places if _is_key(place, names)), tuple(unseen)


def json_columns(catalog: Catalog) -> Iterator[Place]:
    """The columns of json and jsonb in scope."""
    for table in catalog.measurable():
        for column in table.columns:
            if column.type.family == "json":
                yield Place(table=table, column=column, family="json")


def paths_statement(columns: Sequence[Place]) -> Sql:
    """One statement: a row (number, outer key or NULL, key, values, uuids, integers) for each path of each column."""
    branches = [_branch(number, place) for number, place in enumerate(columns)]
    return Sql("\nUNION ALL ".join(branches))


def _branch(number: int, place: Place) -> Sql:
    return sql.compose(
        """(SELECT {number}, e.outer_key, e.key, count(*), count(*) FILTER (WHERE e.value #>> '{{}}' ~ {uuid}),
  count(*) FILTER (WHERE e.value #>> '{{}}' ~ {integer})
FROM {rows} CROSS JOIN LATERAL {json}_each({object}) AS o CROSS JOIN LATERAL (
  SELECT NULL AS outer_key, o.key, o.value
  UNION ALL SELECT o.key, i.key, i.value FROM {json}_each({inner}) AS i
) AS e
WHERE {json}_typeof(e.value) IN ('string', 'number') AND length(e.key) < 64 AND e.key <> ''
GROUP BY e.outer_key, e.key ORDER BY count(*) DESC, e.outer_key, e.key LIMIT {most})""",
        number=number,
        json=Sql(place.column.type.base),
        object=_object(place, "c"),
        inner=_object(place, "o.value"),
        rows=rows_of(place, MOST_VALUES),
        uuid=sql.literal(UUID_PATTERN),
        integer=sql.literal(INTEGER_PATTERN),
        most=MOST_PATHS,
    )


def _object(place: Place, value: str) -> Sql:
    """The value where it is an object, else an empty one."""
    return sql.compose(
        "CASE WHEN {json}_typeof({value}) = 'object' THEN {value} ELSE '{{}}'::{json} END",
        json=Sql(place.column.type.base),
        value=Sql(value),
    )


def _place(column: Place, row: Row) -> Place:
    _, outer, key, values, uuids, integers = row
    family = "uuid" if uuids >= _MOSTLY * values else "integer" if integers >= _MOSTLY * values else "text"
    path = (key,) if outer is None else (outer, key)
    return Place(table=column.table, column=column.column, path=path, family=family)


def _is_key(place: Place, key_names: frozenset[str]) -> bool:
    called = name(place.last_name)
    is_named_so = called.is_key_like and bool(called.stem)
    return is_named_so or place.family == "uuid" or called.joined in key_names
