"""Columns that are meant to tell rows apart, though no unique index says so."""

from collections.abc import Iterator

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.catalog.estimates import distinct_share, distinct_values, sample
from auditor.catalog.index import mentions
from auditor.check import Facts
from auditor.intentions import Intended
from auditor.knowledge.emails import answers_for
from auditor.knowledge.naming import email_columns_of, names_key, names_measure
from auditor.probe import Measurement, relation
from auditor.remedy import KeyToCome, Operation, add_unique, create_index, rebuild_index

UNIQUE_LOCK = "SHARE UPDATE EXCLUSIVE while the index is built: reads and writes go on"

_LONGEST_KEY = 64
_FAMILIES = ("integer", "text", "uuid")


def intended_keys(facts: Facts, *, narrowed: bool) -> Iterator[Intended]:
    """The unique keys of the configuration, with a `where` (`narrowed`) or without; those on e-mail addresses in lower
    case are left to their own check."""
    for each in facts.intended:
        is_narrowed = each.intention.where is not None
        if each.kind == "unique" and is_narrowed is narrowed and not answers_for(facts, each):
            yield each


def key_of(each: Intended) -> tuple[sql.Expression, ...]:
    """The key that an intention names, as expressions."""
    columns = (relation(each.table).c[column] for column in each.columns)
    return (*columns, *(sa.literal_column(f"({text})") for text in each.intention.expressions))


def columns_of(each: Intended) -> tuple[str, ...]:
    """The columns that an intention reads: those named, and those whose name stands in its expressions."""
    texts = [*each.intention.expressions, each.intention.where or "", each.intention.condition or ""]
    read = [column.name for column in each.table.columns if any(mentions(text, column.name) for text in texts)]
    return tuple(dict.fromkeys((*each.columns, *read)))


def keys_to_come(facts: Facts) -> Iterator[KeyToCome]:
    """All unique keys of the configuration."""
    for each in facts.intended:
        if each.kind == "unique":
            yield KeyToCome(table=each.table, keys=key_of(each), columns=columns_of(each), where=each.intention.where)


def likely_keys(facts: Facts, table: Table) -> Iterator[Column]:
    """The columns of one table whose values the statistics call distinct, but for a few, and whose name and shape are
    those of a key. Without statistics there are none."""
    thresholds = facts.config.thresholds
    if table.rows is None or table.rows < thresholds.near_unique_rows:
        return
    taken = {name for each in facts.intended_on(table) if each.kind == "unique" for name in columns_of(each)}
    taken |= {column.name for column in email_columns_of(table, facts.config)}
    for column in table.columns:
        is_near = (distinct_share(table, column) or 0.0) >= thresholds.near_unique
        is_free = column.name not in taken and not _is_chance(facts, table, column)
        if is_near and is_free and _is_key_like(table, column):
            yield column


def is_near_unique(facts: Facts, measured: Measurement) -> bool:
    """Whether the exact counts say what the statistics suggested."""
    distinct = measured.population - measured.violations + measured.groups
    return distinct >= facts.config.thresholds.near_unique * measured.population


def uniqueness(table: Table, columns: tuple[str, ...]) -> tuple[Operation, ...]:
    """Makes the columns unique: with a constraint, or by finishing the index whose build failed.

    Nothing on a partitioned table: each partition would be unique by itself alone (CREATE TABLE, UNIQUE).
    """
    if table.kind == "partitioned":
        return ()
    for index in table.indexes:
        if index.unique and not index.valid and index.columns == columns and index.predicate is None:
            return (rebuild_index(table, index),)
    return (add_unique(table, columns),)


def unique_index(
    table: Table, keys: tuple[str | sql.Expression, ...], where: sql.Condition | None
) -> tuple[Operation, ...]:
    """A unique index on expressions or on part of the rows; nothing on a partitioned table, as above."""
    return () if table.kind == "partitioned" else (create_index(table, keys, unique=True, where=where, suffix="key"),)


def _is_key_like(table: Table, column: Column) -> bool:
    unique = [index for index in table.indexes if index.unique]
    in_unique_index = any(column.name in (key.column, key.expression) for index in unique for key in index.keys)
    if in_unique_index or column.identity or column.type.family not in _FAMILIES or names_measure(column.name):
        return False
    if column.type.family == "text":
        return names_key(column.name) or _are_identifiers(column)
    return column.type.family == "uuid" or names_key(column.name)


def _are_identifiers(column: Column) -> bool:
    """Whether the sampled values are short and hold no blanks: words, not sentences or people's names."""
    values = sample(column)
    return bool(values) and all(len(value) <= _LONGEST_KEY and not any(map(str.isspace, value)) for value in values)


def _is_chance(facts: Facts, table: Table, column: Column) -> bool:
    """Whether a reference repeats seldom only because there are many more rows to refer to than rows that refer."""
    for reference in facts.references_of(table):
        referenced = facts.catalog.table(reference.ref_schema, reference.ref_table)
        if reference.columns == (column.name,) and referenced is not None and referenced.rows is not None:
            return (distinct_values(table, column) or 0.0) < referenced.rows / 2
    return False
