"""Look-ups: what share of a column's rows finds its value among a table's keys, for a few index probes each.

The values are those that pg_stats already holds (most common values with their frequencies, histogram bounds), or a
bounded sample of rows. They stay on the server: no statement contains one, none comes to the client.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from auditor import sql
from auditor.catalog import Column, Table
from auditor.catalog.estimates import current
from auditor.model import When
from auditor.references import matching
from auditor.references.candidate import Candidate, Place
from auditor.sql import Sql

SAMPLED_ROWS = 1000
MOST_VALUES = 300
_SMALL_TABLE_PAGES = 1000

MOST_ARE_HERE = 0.7
"""With less the referenced rows are likely to stand elsewhere."""
INHERITED = "the rows that it refers to may stand in tables that inherit from {table}, where no foreign key finds them"
"""The manual's chapter on inheritance, caveats."""

Source = Literal["statistics", "sample"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """What a look-up brought: `share` of the rows (estimated from `values` distinct ones) found among the keys.

    `share` is None where there was nothing to look up; `reason` then says why. Of numbers: `above_gaps`, how many are
    keys where the number just below is none, and `in_gaps`, how many are none where that is one. `is_empty`: the
    referenced table has no row.
    """

    share: float | None = None
    values: int = 0
    above_gaps: int = 0
    in_gaps: int = 0
    source: Source = "statistics"
    is_empty: bool = False
    reason: str = ""


Evidence = dict[tuple[int, str, tuple[str, ...], int, str], Inclusion]
"""Inclusions by the identity of their candidates."""


def source_of(place: Place) -> Source:
    """Where the values of that place are taken from."""
    statistics = current(place.table, place.column) if place.is_plain else None
    return "statistics" if statistics is not None and (statistics.most_common or statistics.histogram) else "sample"


def is_known_empty(table: Table) -> bool:
    """Whether there is nothing to look up: the table has no page. That it had no row, or a column nothing but NULLs,
    when it was analysed says nothing of today."""
    return table.pages == 0


def obstacle(candidate: Candidate) -> str:
    """Why this role cannot look the candidate up; empty where it can."""
    place, key = candidate.place, candidate.key
    if place.when is not None and (reason := obstacle_at(place.table, place.table.column(place.when.column))):
        return reason
    return obstacle_at(place.table, place.column) or obstacle_at(key.table, key.column)


def obstacle_at(table: Table, column: Column) -> str:
    """Why this role cannot, or the audit does not, read that column; empty where it can."""
    if not table.can_read((column.name,)):
        return f"no privilege on {table.name}.{column.name}"
    return hidden(table)


def hidden(table: Table) -> str:
    """Why no, or not every, row of that table can be read; empty where all can."""
    if not (table.readable and table.schema_usable):
        return f"no privilege on {table.name}"
    if table.row_security_active:
        return f"row security hides rows of {table.name}"
    if table.unread or table.has_foreign_leaves:
        return f"{table.name} is locked by another session, or lies on another server"
    return ""


def emptiness(tables: Sequence[Table]) -> Sql:
    """One statement: a row (number, whether it has a row) for each of these tables."""
    asked = (
        sql.compose("SELECT {number}, EXISTS (SELECT 1 FROM {table})", number=number, table=rows_in(each))
        for number, each in enumerate(tables)
    )
    return Sql("\nUNION ALL ".join(asked))


def statement_of(looked_up: Sequence[Candidate]) -> Sql:
    """One statement for all of these: a row (number, values, share found, values above gaps, values in gaps, whether
    the referenced table has rows) each.

    The number is the candidate's index in `looked_up`. Candidates of one key that stand together are looked up there
    together: planning takes as long as looking up.
    """
    places = list({candidate.place.identity: candidate.place for candidate in looked_up}.values())
    numbers = {place.identity: number for number, place in enumerate(places)}
    by_match: dict[tuple[Sql, Sql, Sql], list[tuple[int, int]]] = {}
    for number, candidate in enumerate(looked_up):
        table = rows_in(candidate.key.table)
        how = (table, matching.match(candidate), matching.below(candidate, table))
        asked = by_match.setdefault(how, [])
        asked.append((number, numbers[candidate.place.identity]))
    branches = [_branch(table, match, below, asked) for (table, match, below), asked in by_match.items()]
    return sql.compose(
        "WITH {sources}\n{branches}",
        sources=_values_of(places),
        branches=Sql("\nUNION ALL ".join(branches)),
    )


def _values_of(places: Sequence[Place]) -> Sql:
    """`places (place, texts, weights)`: the values of each, once however many candidates ask for them."""
    by_source: dict[Source, list[tuple[int, Place]]] = {"statistics": [], "sample": []}
    for number, place in enumerate(places):
        by_source[source_of(place)].append((number, place))
    selects = [_from_statistics(by_source["statistics"])] if by_source["statistics"] else []
    selects += [_from_rows(number, place) for number, place in by_source["sample"]]
    union = Sql("\nUNION ALL ".join(selects))
    return sql.compose("places (place, texts, weights) AS MATERIALIZED ({union})", union=union)


def _from_statistics(places: Sequence[tuple[int, Place]]) -> Sql:
    """Weight of a most common value: its frequency; of a histogram bound: an equal part of the remaining rows.

    One place after the other, by the catalog's indexes: joined, the view is computed for every column there is, in each
    statement (0.3 s against 0.01 with 20,000 columns).
    """
    wanted = ", ".join(
        f"({number}, {sql.literal(place.table.schema)}, {sql.literal(place.table.name)}, "
        f"{sql.literal(place.column.name)}, {sql.literal(place.table.kind == 'partitioned')})"
        for number, place in places
    )
    return sql.compose(
        """SELECT wanted.place,
    coalesce(s.most_common_vals::text::text[], '{{}}') || coalesce(s.histogram_bounds::text::text[], '{{}}'),
    coalesce(s.most_common_freqs::float8[], '{{}}') || array_fill(
      greatest(1 - s.null_frac - coalesce((SELECT sum(f) FROM unnest(s.most_common_freqs) AS f), 0), 0)
        / greatest(cardinality(s.histogram_bounds::text::text[]), 1)::float8,
      ARRAY[coalesce(cardinality(s.histogram_bounds::text::text[]), 0)])
  FROM (VALUES {wanted}) AS wanted (place, schema, relation, attribute, inherited)
  CROSS JOIN LATERAL (SELECT * FROM pg_stats AS a WHERE a.schemaname = wanted.schema::name
    AND a.tablename = wanted.relation::name AND a.attname = wanted.attribute::name
    AND a.inherited = wanted.inherited LIMIT 1) AS s""",
        wanted=Sql(wanted),
    )


def _from_rows(number: int, place: Place) -> Sql:
    """Weight of a value: how many of a bounded number of rows hold it. NULLs are none. Of many values some, in no
    order: the first ones would be the oldest."""
    return sql.compose(
        """SELECT {number}, array_agg(v), array_agg(n) FROM (
    SELECT v, count(*)::float8 AS n FROM (SELECT {value} AS v FROM {rows}) AS s WHERE v IS NOT NULL
    GROUP BY v ORDER BY hashtext(v) LIMIT {most}) AS s""",
        number=number,
        value=_text_of(place),
        rows=rows_of(place),
        most=MOST_VALUES,
    )


def rows_of(place: Place, most: int = SAMPLED_ROWS) -> Sql:
    """A bounded sample of the place's table, as a sub-select of its one column, called `c`."""
    return sql.compose(
        "(SELECT {value} AS c FROM {table}{sampled}{elements}{where} LIMIT {most}) AS r",
        value=Sql("auditor_element") if place.is_array else sql.quote(place.column.name),
        elements=_elements(place),
        where=Sql("") if place.when is None else _where(place.when),
        table=rows_in(place.table),
        sampled=sampled(place.table),
        most=most,
    )


def _elements(place: Place) -> Sql:
    if not place.is_array:
        return Sql("")
    column = sql.name(place.column.name)
    return sql.compose(" CROSS JOIN LATERAL unnest({column}) AS elements (auditor_element)", column=column)


def _where(when: When) -> Sql:
    values = Sql(", ".join(map(sql.literal, when.values)))
    return sql.compose(" WHERE {column}::text IN ({values})", column=sql.name(when.column), values=values)


def rows_in(table: Table) -> Sql:
    """The table in a FROM clause, without those that inherit from it, which are tables of their own."""
    named = sql.quote(table.schema, table.name)
    return Sql(f"ONLY {named}") if table.has_children else named


def sampled(table: Table) -> Sql:
    """Small tables are read with a LIMIT, but for those that have grown: there the first rows are the oldest. Of others
    whole pages are drawn, ten at least."""
    is_small = table.pages < _SMALL_TABLE_PAGES and not table.has_stale_statistics
    if is_small or not table.rows:
        return Sql("")
    percent = min(100.0, max(100.0 * SAMPLED_ROWS / table.rows, 100.0 * 10 / table.pages))
    return sql.compose(" TABLESAMPLE SYSTEM ({percent})", percent=Sql(f"{percent:.4f}"))


def _text_of(place: Place) -> Sql:
    if not place.path:
        return Sql("c::text")
    *outer, last = place.path
    steps = "".join(f" -> {sql.literal(key)}" for key in outer)
    value = f"c{steps} -> {sql.literal(last)}"
    scalar = f"{place.column.type.base}_typeof({value}) IN ('string', 'number')"
    return Sql(f"CASE WHEN {scalar} THEN c{steps} ->> {sql.literal(last)} END")


def _branch(table: Sql, match: Sql, below: Sql, asked: Sequence[tuple[int, int]]) -> Sql:
    """The look-ups in one key: `asked` are candidates' numbers, each with that of its place.

    A sub-select with LIMIT, not EXISTS: the planner cannot turn it into a hash of the whole referenced table. OFFSET 0:
    what is named twice is looked up once.
    """
    return sql.compose(
        """SELECT number, count(value), sum(weight) FILTER (WHERE found) / nullif(sum(weight), 0),
  count(*) FILTER (WHERE found AND below IS NULL), count(*) FILTER (WHERE below AND found IS NULL),
  EXISTS (SELECT 1 FROM {table})
FROM (SELECT asked.number, v.value, v.weight, (SELECT true FROM {table} AS ref WHERE {match} LIMIT 1) AS found,
    {below} AS below
  FROM (VALUES {asked}) AS asked (number, place) LEFT JOIN places AS p ON p.place = asked.place
    LEFT JOIN LATERAL unnest(p.texts, p.weights) AS v (value, weight) ON true OFFSET 0) AS s
GROUP BY number""",
        table=table,
        match=match,
        below=below,
        asked=Sql(", ".join(f"({number}, {place})" for number, place in asked)),
    )
