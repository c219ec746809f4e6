"""E-mail columns: how an address has to be written, and which constraints the configuration names for it."""

import re
from collections.abc import Iterator

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Index, Table
from auditor.catalog.index import mentions
from auditor.check import Facts
from auditor.intentions import Intended
from auditor.knowledge.naming import email_columns_of, soft_delete_marker
from auditor.model import Reference
from auditor.probe import relation


def text_of(table: Table, column: Column) -> sql.Expression:
    """The column's value as text: to citext, upper and lower case are one, and nothing would ever be found."""
    value = relation(table).c[column.name]
    return sa.cast(value, sa.Text()) if column.type.base in ("citext", "bpchar") else value


def normalized(table: Table, column: Column) -> sql.Expression:
    """The address as it has to be written: `lower(btrim(email))`."""
    return sa.func.lower(sa.func.btrim(text_of(table, column)))


def canonical(table: Table, column: Column) -> sql.Condition:
    """The CHECK that keeps it so: `email = lower(btrim(email))`."""
    return text_of(table, column) == normalized(table, column)


def not_normalized(table: Table, column: Column) -> sql.Condition:
    """True of the rows that the CHECK refuses; two-valued, where NULL is neither equal nor different."""
    value = text_of(table, column)
    return value.is_not(None) & (value != normalized(table, column))


def declared_key(table: Table, column: Column) -> Index | None:
    """The shortest unique index that holds the address, on all rows or on the live ones."""
    return min(_answered(table, column), key=lambda index: len(other_columns(index, column)), default=None)


def other_columns(index: Index, column: Column) -> tuple[str, ...]:
    """The columns that the index has beside the address: within what it is unique."""
    return tuple(key.column for key in index.keys if key.column is not None and key.column != column.name)


def may_collide(facts: Facts, table: Table, column: Column) -> bool:
    """Whether addresses that are equal in lower case may break a unique key that is there, or to come, though
    `duplicate-email` has none: it asks about one of them."""
    intended = intended_unique(facts, table, column)
    to_come = (each for each in facts.intended_on(table) if each.kind == "unique" and each != intended)
    return any(_names_column(each, column) for each in to_come) or any(
        index.reads(column.name) and not _is_answered(index, table, column) for index in table.unique_indexes
    )


def compared_as_spelled(facts: Facts) -> frozenset[tuple[str, str, str]]:
    """The columns (schema, table, name) that an undeclared reference compares with what is no address column: nothing
    would lower-case both, and the rows would not find each other any more."""
    ends = set[tuple[str, str, str]]()
    for each in facts.references:
        if not each.declared and each.confidence >= facts.config.thresholds.blocker_confidence:
            ends.update(_lonely_addresses(facts, each))
    return frozenset(ends)


def _lonely_addresses(facts: Facts, reference: Reference) -> Iterator[tuple[str, str, str]]:
    table = facts.catalog.table(reference.schema, reference.table)
    referenced = facts.catalog.table(reference.ref_schema, reference.ref_table)
    ours = {each.name for each in email_columns_of(table, facts.config)} if table and not reference.json_path else set()
    theirs = {each.name for each in email_columns_of(referenced, facts.config)} if referenced else set()
    for one, other in zip(reference.columns, reference.ref_columns, strict=True):
        if one in ours and other not in theirs:
            yield reference.schema, reference.table, one
        if other in theirs and one not in ours:
            yield reference.ref_schema, reference.ref_table, other


def _names_column(each: Intended, column: Column) -> bool:
    texts = (*each.intention.expressions, each.intention.where or "")
    return column.name in each.columns or any(mentions(text, column.name) for text in texts)


def _is_answered(index: Index, table: Table, column: Column) -> bool:
    """Whether what the index would refuse is a duplicate of the shortest one."""
    shortest = declared_key(table, column)
    scope = {*other_columns(shortest, column)} if shortest else set()
    is_about_it = index in _answered(table, column) and not index.nulls_not_distinct
    return is_about_it and scope <= {*other_columns(index, column)}


def _answered(table: Table, column: Column) -> Iterator[Index]:
    marker = soft_delete_marker(table)
    for index in table.indexes:
        is_of_live = marker is not None and index.predicate is not None and mentions(index.predicate, marker.name)
        if index.unique and (index.predicate is None or is_of_live) and index.reads(column.name):
            yield index


def intended_check(facts: Facts, table: Table, column: Column) -> Intended | None:
    """The CHECK of the configuration that says that this column is in lower case."""
    for each in facts.intended_on(table):
        name, lowered = _sides(each.intention.condition or "")
        if name in _names(column) and lowered in _lowered(column):
            return each
    return None


def intended_unique(facts: Facts, table: Table, column: Column) -> Intended | None:
    """The unique key of the configuration on this address in lower case, and perhaps on plain columns."""
    for each in facts.intended_on(table):
        texts = [_plain(text) for text in each.intention.expressions]
        if each.intention.where is None and len(texts) == 1 and texts[0] in _lowered(column):
            return each
    return None


def answers_for(facts: Facts, each: Intended) -> bool:
    """Whether a check of the e-mail columns answers for this intention, so that no other has to."""
    for column in email_columns_of(each.table, facts.config):
        if each in (intended_check(facts, each.table, column), intended_unique(facts, each.table, column)):
            return True
    return False


def _names(column: Column) -> set[str]:
    return {sql.quote(column.name), '"' + column.name.replace('"', '""') + '"'}


def _lowered(column: Column) -> set[str]:
    forms = ("lower({})", "lower(btrim({}))", "lower(trim({}))", "btrim(lower({}))", "trim(lower({}))")
    return {form.format(name) for form in forms for name in _names(column)}


def _sides(condition: str) -> tuple[str, str]:
    left, _, right = condition.partition("=")
    return _plain(left), _plain(right)


def _plain(text: str) -> str:
    """The expression without blanks around brackets, and with the functions' names in lower case."""
    bare = re.sub(r"\s*([()])\s*", r"\1", text.strip())
    return re.sub(r"\b(?:lower|btrim|trim)(?=\()", lambda name: name[0].lower(), bare, flags=re.IGNORECASE)
