"""E-mail columns: how an address has to be written, and which constraints the configuration names for it."""

import re

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.check import Facts
from auditor.intentions import Intended
from auditor.knowledge.naming import email_columns_of
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
