"""References of several columns: a key with its scope (`dataset_id`, `project_id`), a whole key of equal names, or one
that joins set equal."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from auditor import sql
from auditor.catalog import Catalog, Table
from auditor.model import Reference
from auditor.references.asked import OVERRUN, Connection, answers
from auditor.references.calibration import BY_NAME, LEAST_SCORE
from auditor.references.candidate import logit, probability
from auditor.references.decisions import LEAST_CONFIDENCE
from auditor.references.joins import MOST_COLUMNS, Joins, probability_of
from auditor.references.joins import told as how_joined
from auditor.references.keys import composite_keys
from auditor.references.look_up import MOST_VALUES, SAMPLED_ROWS, hidden, obstacle_at, rows_in, sampled
from auditor.references.names import name
from auditor.references.same_name import is_copy
from auditor.references.words import KEY_WORDS, NATURAL_KEY_WORDS
from auditor.sql import Sql

_OWN = ("id", "name")
_MOST_KEYS = 50
_TIMES, _OF_TIMES = frozenset({"year", "month", "week", "day", "date", "hour", "quarter", "period"}), 0.4
"""`(country, year)` in two tables: both count by the same, and neither refers to the other."""
_BY_SHARE = ((0.99, 8.0), (0.9, 2.0), (0.7, 0.7), (0.5, 0.3), (0.0, 0.04))


@dataclass(frozen=True, kw_only=True)
class Composite:
    """A table's columns and the key of as many columns that they may refer to."""

    table: Table
    columns: tuple[str, ...]
    referenced: Table
    key: tuple[str, ...]
    probability: float
    text: str


def composites(catalog: Catalog, joins: Joins) -> tuple[Composite, ...]:
    """Candidates by name, and by joins, at most one for each set of columns of a table."""
    found: dict[tuple[int, frozenset[str]], Composite] = {}
    keys = list(composite_keys(catalog, MOST_COLUMNS))
    for each in (*_scoped(catalog, keys), *_of_same_names(catalog, keys), *_joined(catalog, joins)):
        place = (each.table.oid, frozenset(each.columns))
        if place not in found or found[place].probability < each.probability:
            found[place] = each
    return tuple(found.values())


def infer_composites(
    connection: Connection, catalog: Catalog, joins: Joins, empty: frozenset[int]
) -> tuple[tuple[Reference, ...], tuple[tuple[Composite, str], ...]]:
    """The composite references with their scores, each looked up in a bounded sample of rows; and the candidates
    below .5 whose rows could not be looked up, with the reason.

    `empty` are the oids of tables that are known to be empty.
    """
    candidates = composites(catalog, joins)
    possible = [each for each in candidates if each.table.oid not in empty and not _obstacle(each)]
    answered, failed = answers(connection, possible, _statement)
    shares = {id(each): row for each, row in answered}
    scored = [(each, _reference(each, *shares.get(id(each), (0, 0, None, True))[1:])) for each in candidates]
    unsure = [each for each, reference in scored if reference.confidence < LEAST_CONFIDENCE]
    overrun = {id(each): OVERRUN for each in failed}
    unseen = ((each, overrun.get(id(each)) or _obstacle(each)) for each in unsure if not hidden(each.table))
    references = (reference for _, reference in scored if reference.confidence >= LEAST_SCORE)
    return tuple(references), tuple((each, reason) for each, reason in unseen if reason)


def _joined(catalog: Catalog, joins: Joins) -> Iterator[Composite]:
    """All columns of a key, each set equal to one of the same table in one text: a view, a function, a policy."""
    tables = {table.oid: table for table in catalog.tables}
    in_scope = {table.oid for table in catalog.measurable()}
    for (here, columns, there, key), joined in joins.of_keys.items():
        table, referenced = tables[here], tables[there]
        if here in in_scope and _has(table, columns, referenced, key):
            text = how_joined(joined)
            share = probability_of(joined)
            yield Composite(table=table, columns=columns, referenced=referenced, key=key, probability=share, text=text)


def _scoped(catalog: Catalog, keys: Sequence[tuple[Table, tuple[str, ...]]]) -> Iterator[Composite]:
    """`(dataset_id, project_id)` → datasets (id, project_id), `(province, country)` → province (name, country): one
    column names the table, the others are the scope."""
    by_name: defaultdict[str, list[tuple[Table, tuple[str, ...], str, float]]] = defaultdict(list)
    for table, key in keys:
        for own in key:
            if name(own).joined in _OWN or name(table.name).joined == name(own).stem:
                words = name(table.name).words
                for start in range(len(words)):
                    by_name["".join(words[start:])].append((table, key, own, 0.80 if start == 0 else 0.66))
    for table in catalog.measurable():
        for column in table.columns:
            called = name(column.name)
            stem = called.stem if called.is_key_like else called.joined if column.type.family == "text" else ""
            for referenced, key, own, share in by_name.get(stem, [])[:_MOST_KEYS] if stem else []:
                columns = tuple(column.name if each == own else each for each in key)
                is_near = share > 0.7 or name(table.name).words[0] == name(referenced.name).words[0]
                is_told = called.is_key_like == (name(own).joined != "name")
                if referenced.oid != table.oid and is_near and is_told and _has(table, columns, referenced, key):
                    scope = _listed(each for each in key if each != own)
                    text = f"named {' + '.join(filter(None, (referenced.name, called.suffix)))}, with {scope}"
                    yield Composite(
                        table=table, columns=columns, referenced=referenced, key=key, probability=share, text=text
                    )


def _of_same_names(catalog: Catalog, keys: Sequence[tuple[Table, tuple[str, ...]]]) -> Iterator[Composite]:
    """All columns of a key, under the same names: looked up by that column of the key that the fewest keys have."""
    used = Counter(column for _, key in keys for column in key)
    by_column: defaultdict[str, list[tuple[Table, tuple[str, ...]]]] = defaultdict(list)
    for referenced, key in keys:
        is_main = key == referenced.primary_key or len(referenced.primary_key) != 1
        if is_main and any(name(column).suffix in NATURAL_KEY_WORDS and name(column).stem for column in key):
            by_column[min(key, key=lambda column: (used[column], column))].append((referenced, key))
    for table in catalog.measurable():
        own = {frozenset(key) for key in table.candidate_keys()}
        for column in table.columns:
            for referenced, key in by_column.get(column.name, [])[:_MOST_KEYS]:
                is_own = (frozenset(key) in own and not _extends(table, referenced)) or is_copy(table, referenced)
                if referenced.oid != table.oid and not is_own and _has(table, key, referenced, key):
                    text = f"the same names as the key of {referenced.name}"
                    share = 0.6 if _is_named_by(referenced, key) else 0.35 if _are_told(key) else 0.25
                    share *= _OF_TIMES if any(name(part).words[-1] in _TIMES for part in key) else 1.0
                    yield Composite(
                        table=table, columns=key, referenced=referenced, key=key, probability=share, text=text
                    )


def _extends(table: Table, base: Table) -> bool:
    """`simple_triggers` of `triggers`: all words of the one's name are in the other's."""
    return {*name(base.name).words} < {*name(table.name).words}


def _are_told(key: tuple[str, ...]) -> bool:
    return all(name(column).suffix in KEY_WORDS and name(column).stem for column in key)


def _is_named_by(table: Table, key: tuple[str, ...]) -> bool:
    """`special_offer_product (special_offer_id, product_id)`: the name says that a row is nothing but its key."""
    return all(name(column).stem in name(table.name).joined for column in key)


def _has(table: Table, columns: tuple[str, ...], referenced: Table, key: tuple[str, ...]) -> bool:
    """Whether the table has these columns, all different, of the key's types, and no foreign key on all of them."""
    if len({*columns}) < len(key) or not all(map(table.has_column, columns)):
        return False
    if any({*constraint.columns} == {*columns} for constraint in table.foreign_keys()):
        return False
    pairs = zip(columns, key, strict=True)
    return all(table.column(here).type.family == referenced.column(there).type.family for here, there in pairs)


def _obstacle(each: Composite) -> str:
    return next(
        (
            reason
            for table, columns in ((each.table, each.columns), (each.referenced, each.key))
            for column in columns
            if (reason := obstacle_at(table, table.column(column)))
        ),
        "",
    )


def _statement(asked: Sequence[Composite]) -> Sql:
    """One statement: a row (number, rows looked up, share found, whether the referenced table has rows) for each."""
    return Sql("\nUNION ALL ".join(_branch(number, each) for number, each in enumerate(asked)))


def _branch(number: int, each: Composite) -> Sql:
    filled = " AND ".join(f"s.{sql.quote(column)} IS NOT NULL" for column in each.columns)
    return sql.compose(
        """SELECT {number}, count(*), avg(found)::float8, EXISTS (SELECT 1 FROM {referenced})
FROM (SELECT coalesce((SELECT 1 FROM {referenced} AS ref WHERE {match} LIMIT 1), 0) AS found
  FROM (SELECT {columns} FROM {table}{sampled} LIMIT {rows}) AS s WHERE {filled} LIMIT {most}) AS looked_up""",
        number=number,
        referenced=rows_in(each.referenced),
        match=Sql(" AND ".join(_equal(each, here, there) for here, there in zip(each.columns, each.key, strict=True))),
        columns=sql.Names(each.columns),
        table=rows_in(each.table),
        sampled=sampled(each.table),
        rows=SAMPLED_ROWS,
        filled=Sql(filled),
        most=MOST_VALUES,
    )


def _equal(each: Composite, here: str, there: str) -> str:
    theirs = each.referenced.column(there).type
    operator, value = "=", f"s.{sql.quote(here)}"
    if theirs.equality is not None and theirs.equality.schema != "pg_catalog":
        operator = f"OPERATOR({sql.quote(theirs.equality.schema)}.{theirs.equality.name})"
        value = f"CAST({value} AS {sql.quote(theirs.base_schema, theirs.base)})"
    return f"ref.{sql.quote(there)} {operator} {value}"


def _reference(each: Composite, rows: int, share: float | None, has_rows: bool) -> Reference:
    confidence, told = each.probability, (each.text, BY_NAME)
    if rows and share is not None and has_rows:
        factor = next(factor for least, factor in _BY_SHARE if share >= least)
        confidence = probability(logit(each.probability) + log(factor))
        told = (each.text, f"{100 * share:.1f} % of {rows} sampled rows found")
    return Reference(
        schema=each.table.schema,
        table=each.table.name,
        columns=each.columns,
        ref_schema=each.referenced.schema,
        ref_table=each.referenced.name,
        ref_columns=each.key,
        declared=False,
        confidence=confidence,
        evidence=told,
    )


def _listed(columns: Iterator[str]) -> str:
    return " and ".join(columns)


def without_parts(singles: Sequence[Reference], found: Sequence[Reference]) -> tuple[Reference, ...]:
    """The single-column references but those that a composite one explains: where it is surer, its column that names
    the table; where it is likely, the part of it that leads to the same row."""
    explained = {
        (each.schema, each.table, here): each.confidence
        for each in found
        for here, there in zip(each.columns, each.ref_columns, strict=True)
        if here != there
    }
    likely = [each for each in found if each.confidence >= LEAST_CONFIDENCE]
    parts = {(_tables(each), pair) for each in likely for pair in zip(each.columns, each.ref_columns, strict=True)}
    return tuple(
        each
        for each in singles
        if not each.is_plain
        or (
            each.confidence > explained.get((each.schema, each.table, each.columns[0]), 0.0)
            and (_tables(each), (each.columns[0], each.ref_columns[0])) not in parts
        )
    )


def _tables(each: Reference) -> tuple[str, ...]:
    return (each.schema, each.table, each.ref_schema, each.ref_table)
