"""Which rows of a table are the live ones, and whose: one active subscription of each customer, and the like."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.catalog.estimates import distinct_values, frequency, null_fraction, sample
from auditor.check import Facts
from auditor.knowledge.naming import words
from auditor.probe import relation

_STATES = frozenset(("status", "state", "phase", "stage"))
_LIVE = ("active", "current", "open", "working", "live")
_ENDED = (
    "superseded",
    "ended",
    "expired",
    "inactive",
    "closed",
    "archived",
    "released",
    "cancelled",
    "canceled",
    "completed",
    "finished",
    "done",
)
_FLAGS = frozenset(("current", "active", "default", "primary", "latest"))

# With as many live rows as owners, thrown at random, 58 in 100 owners that have any have just one; with half as
# many, 77. Nine in ten is a rule. Fewer live rows would come out at nine in ten without one.
_FEWEST_BY_OWNER, _MOST_BY_OWNER = 0.5, 1.2
LEAST_SINGLE = 0.9
_FEWEST_OWNERS = 10


@dataclass(frozen=True, kw_only=True)
class LiveRows:
    """The live rows of a table: `column` equals `value`. `ended` is the value that ends a row, None where none is."""

    table: Table
    column: Column
    value: str
    ended: str | None

    @property
    def where(self) -> sql.Condition:
        """True of the live rows."""
        value = relation(self.table).c[self.column.name]
        return value if self.column.type.base == "bool" else value == sa.literal(self.value)

    @property
    def ending(self) -> dict[str, sql.Expression] | None:
        """What to assign to end a row; None where it cannot be told."""
        if self.ended is None:
            return None
        value = sa.false() if self.column.type.base == "bool" else sa.literal(self.ended)
        return {self.column.name: value}


def live_rows(table: Table) -> Iterator[LiveRows]:
    """What marks rows as live: a common value of a status column, or a flag. Without statistics there is nothing."""
    for column in table.columns:
        named = {*words(column.name)}
        if column.type.base == "bool" and not named.isdisjoint(_FLAGS) and frequency(column, "t"):
            yield LiveRows(table=table, column=column, value="t", ended="f")
        if not named.isdisjoint(_STATES) and (column.type.family == "text" or column.type.category == "E"):
            for value in column.statistics.most_common if column.statistics else ():
                if value.lower() in _LIVE:
                    yield LiveRows(table=table, column=column, value=value, ended=ended_value(column))


def ended_value(column: Column) -> str | None:
    """A value of this status column that says that a row has ended, as far as the statistics know one."""
    known = {value.lower(): value for value in reversed(sample(column))}
    return next((known[word] for word in _ENDED if word in known), None)


_EQUALITY = re.compile(r"\(*\s*(?:\"((?:[^\"]|\"\")+)\"|(\w+))\s*=\s*'((?:[^']|'')*)'(?:::[\w.\" ]+)?\s*\)*")


def live_where(table: Table, where: str) -> LiveRows | None:
    """The live rows that a text `status = 'active'` names; None where it says something else."""
    match = _EQUALITY.fullmatch(where.strip())
    if match is None:
        return None
    name = match[1].replace('""', '"') if match[1] else match[2]
    if not table.has_column(name) or table.column(name).type.base == "bool":
        return None
    column = table.column(name)
    return LiveRows(table=table, column=column, value=match[3].replace("''", "'"), ended=ended_value(column))


def owners(facts: Facts, live: LiveRows) -> Iterator[Column]:
    """The referencing columns by which the live rows are about one each, by the statistics."""
    for reference in facts.references_of(live.table):
        if len(reference.columns) != 1 or not reference.is_plain:
            continue
        column = live.table.column(reference.columns[0])
        if _has_about_one(live, column) and not live.table.proves_unique((column.name,)):
            yield column


def _has_about_one(live: LiveRows, owner: Column) -> bool:
    rows, distinct = live.table.rows, distinct_values(live.table, owner)
    if rows is None or distinct is None or distinct < _FEWEST_OWNERS or rows < 1.5 * distinct:
        return False
    number = rows * frequency(live.column, live.value) * (1 - (null_fraction(owner) or 0.0))
    return _FEWEST_BY_OWNER * distinct <= number <= _MOST_BY_OWNER * distinct
