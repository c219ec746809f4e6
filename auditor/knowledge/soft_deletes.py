"""Soft deletes: the column that says of a row that is still there that it is gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Constraint, Table
from auditor.catalog.estimates import sample
from auditor.check import Facts
from auditor.knowledge.naming import words
from auditor.knowledge.orphans import is_declared, undeclared
from auditor.model import Reference
from auditor.probe import finders, relation
from auditor.references import AntiJoin, anti_join

_DELETED = frozenset(
    "del delete deleted deletedat deletion isdeleted discarded removed removal trashed".split()  # noqa: SIM905
)
_ARCHIVED = frozenset(("archived", "archivedat", "isarchived"))
_BESIDE = frozenset("at been date datetime flag has is on soft time timestamp ts utc was when".split())  # noqa: SIM905
_STATES = frozenset(("phase", "stage", "state", "status"))
_YES = ("1", "t", "true", "y", "yes")

_DATES = frozenset(("date", "timestamp", "timestamptz"))
_GRAVES = frozenset(
    "archive archived archives deleted deletion deletions removal removals removed trash".split()  # noqa: SIM905
)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A column that says that a row is gone: a date, a flag, or one of `values` of a state. `is_archive`: set apart
    and not given up."""

    column: Column
    values: tuple[str, ...] = ()
    is_archive: bool = False

    @property
    def is_date(self) -> bool:
        """Whether it says when."""
        return not self.values and self.column.type.base in _DATES

    def is_set(self, row: sa.FromClause) -> sql.Condition:
        """True of the rows that are gone, false of all others; `row` is the table, or an alias of it."""
        value, type_ = row.c[self.column.name], self.column.type
        if self.values:
            return sa.func.coalesce(sa.cast(value, sa.Text()), sa.literal("")).in_(map(sa.literal, self.values))
        if self.is_date:
            return sa.and_(value.is_not(None), sa.func.isfinite(value))
        if type_.base == "bool":
            return value.is_(True)
        if type_.family == "text":
            return sa.func.coalesce(sa.func.lower(value), sa.literal("")).in_(map(sa.literal, _YES))
        return sa.func.coalesce(value, sa.literal(0)) != sa.literal(0)


def marks_of(table: Table) -> tuple[Mark, ...]:
    """What says that a row of this table is gone: what says deleted, where nothing does what says archived."""
    found = tuple(_marks(table))
    return tuple(each for each in found if not each.is_archive) or found


def is_grave(table: Table) -> bool:
    """Whether all its rows are what is gone: `deleted_users`, `order_archive`."""
    return not _GRAVES.isdisjoint(words(table.name))


def _marks(table: Table) -> Iterator[Mark]:
    for column in table.columns:
        named = {*words(column.name)} - _BESIDE
        if len(named) == 1 and named <= (_DELETED | _ARCHIVED) and _can_mark(column):
            yield Mark(column=column, is_archive=named <= _ARCHIVED)
        elif not _STATES.isdisjoint(words(column.name)[-1:]) and (values := _gone(column)):
            yield Mark(column=column, values=values)


def _can_mark(column: Column) -> bool:
    """A date that every row has marks none, unless infinity stands for not yet."""
    type_ = column.type
    if type_.base in _DATES:
        return not column.not_null or "infinity" in (column.default or "")
    return type_.base == "bool" or type_.family in ("integer", "numeric", "text")


def _gone(column: Column) -> tuple[str, ...]:
    """The values of a state that say deleted, as far as the statistics know them."""
    if column.type.family != "text" and column.type.category != "E":
        return ()
    return tuple(sorted({value for value in sample(column) if value.lower() in _DELETED}))


_AUTHORS = frozenset("author creator deleter editor modifier submitter updater uploader".split())  # noqa: SIM905


def tells_who_acted(column: str) -> bool:
    """Whether the column keeps who did something (`created_by`, `author_id`): that stays so when they are gone."""
    named = words(column)
    return "by" in named or not _AUTHORS.isdisjoint(named)


@dataclass(frozen=True, kw_only=True)
class SoftDelete:
    """A reference to a table that marks rows as gone (`marks`); `own` are the marks of the referencing table."""

    reference: Reference
    join: AntiJoin
    marks: tuple[Mark, ...]
    own: tuple[Mark, ...]

    @property
    def constraint(self) -> Constraint | None:
        """The foreign key that declares it."""
        return next((each for each in self.join.table.foreign_keys() if each.name == self.reference.constraint), None)

    @property
    def goes_along(self) -> bool:
        """Whether the row is meant to go with what it refers to: its foreign key cascades, and both tables know
        deletion; then one that stays is likely to be forgotten."""
        both_know = not self.marks[0].is_archive and any(not mark.is_archive for mark in self.own)
        return both_know and self.constraint is not None and self.constraint.on_delete == "CASCADE"

    @property
    def gone(self) -> str:
        """What the marks say."""
        return "archived" if self.marks[0].is_archive else "soft-deleted"

    @property
    def parts(self) -> dict[str, Any]:
        """The parts of a `ReferenceProbe` that looks for these rows."""
        return {
            **self.join.parts,
            "population": self._population,
            "match": self._match,
            "escapes": None,
            "kinds": (),
            "columns": tuple(dict.fromkeys((*self.join.columns, *(mark.column.name for mark in self.own)))),
            "referenced_columns": (*self.join.referenced_columns, *(mark.column.name for mark in self.marks)),
        }

    @property
    def violation(self) -> sql.Condition:
        """True of the live rows that find a row which is gone."""
        return finders(self._population, self.join.target, self._match, self.join.elements)

    @property
    def _population(self) -> sql.Condition:
        row = relation(self.join.table)
        return sa.and_(self.join.population, *(~mark.is_set(row) for mark in self.own))

    @property
    def _match(self) -> sql.Condition:
        return sa.and_(self.join.match, sa.or_(*(mark.is_set(self.join.target) for mark in self.marks)))

    def when_gone(self) -> sql.Expression:
        """When the referenced row went: what its mark says where that is a date, else now."""
        dates = [self.join.target.c[mark.column.name] for mark in self.marks if mark.is_date]
        if not dates:
            return sa.func.now()
        found = sa.select(sa.func.max(dates[0])).select_from(self.join.target).where(self._match)
        return sa.func.coalesce(found.scalar_subquery(), sa.func.now())


def soft_deletes(facts: Facts) -> Iterator[SoftDelete]:
    """The references, declared ones and those sure enough to be measured, to tables that mark rows as gone."""
    for reference in (*(each for each in facts.references if each.declared), *undeclared(facts)):
        referenced = facts.catalog.table(reference.ref_schema, reference.ref_table)
        marks = marks_of(referenced) if referenced and not is_grave(referenced) else ()
        if not marks or any(map(tells_who_acted, (*reference.columns, *reference.json_path))):
            continue
        join = anti_join(facts.catalog, reference)
        is_twice = join is not None and not reference.declared and is_declared(join.table, join.referenced, reference)
        if join is not None and not is_twice and not is_grave(join.table):
            yield SoftDelete(reference=reference, join=join, marks=marks, own=tuple(_marks(join.table)))
