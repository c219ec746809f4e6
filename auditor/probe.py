"""Probes: what only rows can tell, as values without a connection.

One predicate, `violation`, is true of exactly the bad rows; it drives detection, witnesses, clean-up and
verification, so that they cannot disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Operator, Table
from auditor.model import Certainty, Reference, Severity, Subject
from auditor.remedy import Remedy

EQUALS = Operator(schema="pg_catalog", name="=")

OrphanName = Literal["plain", "sentinel", "near-miss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What a probe brought back: `violations` of a `population`, out of `rows` in the table.

    `groups` is the number of distinct keys that rows share (KeyProbe), of elements that find nothing (arrays), or of
    keys that orphans refer to (`counts_keys`).
    `exact` is false for a sample.
    `by_kind` says of a ReferenceProbe how many orphans there are of each kind, whichever it is about.
    `met` are the keys of some violating rows, where the scan met them in passing: as `row_key_json` writes them.
    """

    violations: int
    population: int
    rows: int
    groups: int = 0
    exact: bool = True
    by_kind: tuple[tuple[OrphanName, int], ...] = ()
    met: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def in_the_way(self) -> int:
        """The rows that a constraint would refuse: orphans of every kind, whichever this is about."""
        return sum(number for _, number in self.by_kind) or self.violations


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a check says of a subject: a finding without what the engine knows (fingerprint, counts, witnesses).

    `severity` is the check's default where None. `parameters` tell apart two findings of a check on one subject.
    `remedies`: the first is chosen for the plan unless it says otherwise, the others are variants.
    """

    message: str
    hint: str = ""
    severity: Severity | None = None
    certainty: Certainty = Certainty.PROVEN
    remedies: tuple[Remedy, ...] = ()
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A constraint that could be, or is about to be, added: a row of the readiness matrix.

    It is ready when the probe (or verdict) that carries it finds no violation, blocked when it finds some, unknown
    when it was not measured. `definition` is for people: `FOREIGN KEY (call_id) REFERENCES public.calls (id)`.
    `lock` says what adding it takes. `intended`: named by the configuration, so always shown.
    """

    kind: Literal["foreign-key", "not-null", "unique", "check", "row-security", "index"]
    subject: Subject
    definition: str
    lock: str
    intended: bool = False


Judge = Callable[[Measurement], Judgement | None]


@dataclass(frozen=True, kw_only=True)
class RowProbe:
    """How many rows of the population satisfy `violation`. Shares one pass with all others of the table.

    `violation` is two-valued and implies `population`; `population` None means every row.
    """

    table: Table
    subject: Subject
    violation: sql.Condition
    population: sql.Condition | None = None
    columns: tuple[str, ...]
    judge: Judge
    proposes: Proposed | None = None
    reference: Reference | None = None


@dataclass(frozen=True, kw_only=True)
class KeyProbe:
    """How many rows share a key: `violations` counts every row of a group of two or more.

    `keys` are expressions over the table's columns; rows with a NULL key are outside unless `nulls_not_distinct`;
    `where` narrows to the rows that the key is about (`status = 'active'`). `proven`: the catalog proves the defect
    and rows only tell how bad it is and what helps, so `judge` is asked about an empty population too.
    """

    table: Table
    subject: Subject
    keys: tuple[sql.Expression, ...]
    where: sql.Condition | None = None
    nulls_not_distinct: bool = False
    columns: tuple[str, ...]
    judge: Judge
    proposes: Proposed | None = None
    reference: Reference | None = None
    proven: bool = False

    @property
    def population(self) -> sql.Condition:
        """The rows that the key is about."""
        parts = [] if self.where is None else [self.where]
        if not self.nulls_not_distinct:
            parts += [key.is_not(None) for key in self.keys]
        return sa.and_(sa.true(), *parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanKind:
    """Orphans that mean something else than a lost row, and are counted apart; `condition` is two-valued, tells them
    by the referencing row, and is true of no other kind's."""

    name: OrphanName
    condition: sql.Condition


@dataclass(frozen=True, kw_only=True)
class ReferenceProbe:
    """How many referencing rows have no referenced row: an anti-join.

    `match` says when a row of `target` (an alias of the referenced relation) is the one referred to; `population`
    the rows that refer to anything (MATCH SIMPLE: no NULL in the key); `escapes` rows that violate without looking
    (MATCH FULL: the key is partly NULL). `pairs` are the compared expressions, referencing and referenced.
    `elements` are the values of a row that holds many: a column over the row's array; it violates where one of them
    finds nothing. `kinds` are counted apart in the same scan; `only` names the kind that this probe is about (`plain`:
    none of them), None all orphans; `counts_keys` counts the keys as well that plain ones refer to. `finds` turns it
    round: a row violates that does find one (of those that are soft-deleted, where `match` says so).
    """

    table: Table
    referenced: Table
    subject: Subject
    population: sql.Condition
    target: sa.FromClause
    match: sql.Condition
    pairs: tuple[tuple[sql.Expression, sql.Expression], ...]
    escapes: sql.Condition | None = None
    elements: sa.TableValuedColumn[Any] | None = None
    kinds: tuple[OrphanKind, ...] = ()
    only: OrphanName | None = None
    counts_keys: bool = False
    finds: bool = False
    columns: tuple[str, ...]
    referenced_columns: tuple[str, ...]
    judge: Judge
    proposes: Proposed | None = None
    reference: Reference | None = None

    @property
    def violation(self) -> sql.Condition:
        """True of the orphans: `NOT EXISTS`, because `NOT IN` finds none as soon as one referenced key is NULL."""
        if self.finds:
            return finders(self.population, self.target, self.match, self.elements)
        all_of_them = orphans(self.population, self.target, self.match, self.escapes, self.elements)
        if self.only is None or not self.kinds:
            return all_of_them if self.only in (None, "plain") else sa.false()
        return sa.and_(all_of_them, of_kind(self.kinds, self.only))


def of_kind(kinds: tuple[OrphanKind, ...], name: OrphanName) -> sql.Condition:
    """True of the orphans of that kind; of `plain` ones where it is none of them."""
    if name == "plain":
        return sa.and_(sa.true(), *(~each.condition for each in kinds))
    return sa.or_(sa.false(), *(each.condition for each in kinds if each.name == name))


def orphans(
    population: sql.Condition,
    target: sa.FromClause,
    match: sql.Condition,
    escapes: sql.Condition | None,
    elements: sa.TableValuedColumn[Any] | None = None,
) -> sql.Condition:
    """True of the rows of `population` that find no row of `target` (be it for one of `elements`), and of those that
    `escapes` names."""
    orphan = sa.and_(population, _some_value(~_found(target, match), elements))
    return orphan if escapes is None else sa.or_(orphan, escapes)


def finders(
    population: sql.Condition,
    target: sa.FromClause,
    match: sql.Condition,
    elements: sa.TableValuedColumn[Any] | None = None,
) -> sql.Condition:
    """True of the rows of `population` that find a row of `target` (be it for one of `elements`)."""
    return sa.and_(population, _some_value(_found(target, match), elements))


def _found(target: sa.FromClause, match: sql.Condition) -> sql.Condition:
    return sa.exists(sa.select(sa.literal_column("1")).select_from(target).where(match))


def _some_value(condition: sql.Condition, elements: sa.TableValuedColumn[Any] | None) -> sql.Condition:
    """The condition on the row's value; where it holds many, true if it is so of one of them."""
    if elements is None:
        return condition
    one: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(elements.scalar_alias)
    return sa.exists(one.where(elements.is_not(None), condition))


Probe = RowProbe | KeyProbe | ReferenceProbe


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the catalog alone proves of a subject: a judgement, or None where it is as it has to be."""

    subject: Subject
    judgement: Judgement | None = None
    proposes: Proposed | None = None
    reference: Reference | None = None
    detection_sql: str | None = field(default=None)


def relation(table: Table) -> sa.TableClause:
    """The table as SQLAlchemy sees it; `relation(t).c[name]` is a column."""
    columns = tuple(column.name for column in table.columns)
    return sql.relation(table.schema, table.name, columns, only=table.has_children)


def equals(column: Column, left: sql.Expression, right: sql.Expression) -> sql.Condition:
    """`left = right` by the equality of that column's type, also under an empty search_path."""
    operator = column.type.equality or EQUALS
    return sql.operate(left, (operator.schema, operator.name), right)


def subject_of(table: Table, *columns: str, name: str | None = None, expression: str | None = None) -> Subject:
    """The subject of a finding on that table, on those of its columns, or on a named thing of it."""
    kind: Literal["column", "table"] = "column" if columns else "table"
    return Subject(kind=kind, schema=table.schema, table=table.name, columns=columns, name=name, expression=expression)
