"""null-in-intended-not-null."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Constraint, Table
from auditor.check import Example, Facts, check
from auditor.intentions import Intended, not_null_column
from auditor.knowledge.nullability import (
    NOT_NULL_LOCK,
    is_hardly_null,
    is_nullable,
    may_be_null,
    refers,
    refers_undeclared,
)
from auditor.knowledge.restraint import sparing
from auditor.model import Certainty, Severity
from auditor.probe import Judgement, Measurement, Proposed, RowProbe, relation, subject_of
from auditor.remedy import Operation, Remedy, assign, await_decision, set_aside, set_not_null, validate_constraint


@dataclass(frozen=True, kw_only=True)
class _Intent:
    """Why a column is meant to be NOT NULL: the configuration, a constraint that is not valid, else its own rows."""

    configured: Intended | None = None
    constraint: Constraint | None = None

    @property
    def is_plain(self) -> bool:
        return self.configured is not None or self.constraint is not None

    def reason(self, measured: Measurement) -> str:
        if self.configured is not None:
            return "the configuration says so"
        if self.constraint is not None:
            return f"{sql.quote(self.constraint.name)} says so"
        return f"all others have a value ({measured.violations / measured.rows:.2%} are NULL)"


@check(
    severity=Severity.WARNING,
    examples=[
        Example(
            given="""CREATE TABLE calls (id int PRIMARY KEY, duration int);
                     INSERT INTO calls SELECT n, nullif(n, 500) FROM generate_series(1, 1000) AS n""",
            finds=["calls(duration): 1 of 1000"],
            has_plan=False,
            because="rows alone suggest the rule, so what becomes of the NULLs is a person's decision",
        ),
        Example(
            given="""CREATE TABLE calls (id int PRIMARY KEY, duration int);
                     INSERT INTO calls VALUES (1, 60), (2, NULL), (3, NULL)""",
            config="""[[intend]]
                      kind = "not-null"
                      table = "public.calls"
                      columns = ["duration"]
                      fill = "0" """,
            finds=["calls(duration): 2 of 3"],
        ),
        Example(
            given="""CREATE TABLE calls (id int PRIMARY KEY, agent text);
                     INSERT INTO calls VALUES (1, 'Ann'), (2, NULL);
                     ALTER TABLE calls ADD CONSTRAINT calls_agent_check CHECK (agent IS NOT NULL) NOT VALID""",
            finds=["calls(agent): 1 of 2"],
        ),
        Example(
            given="""CREATE TABLE calls (id int PRIMARY KEY, agent text);
                     INSERT INTO calls VALUES (1, 'Ann'), (2, NULL);
                     ALTER TABLE calls ADD CONSTRAINT calls_agent_given NOT NULL agent NOT VALID""",
            finds=["calls(agent): 1 of 2"],
            minimum_version=18,
            variants=("plain", "quoted", "schema"),
            because="rows cannot be brought past NOT NULL into a new partition, valid or not",
        ),
    ],
    implies=["unvalidated-check"],
)
def null_in_intended_not_null(facts: Facts) -> Iterator[RowProbe]:
    """NULL in a column that is meant to be NOT NULL.

    Why it matters:
        `SET NOT NULL` fails while one such row stands, and code that trusts the rule breaks on it. The rule is
        plain where the configuration names it or a `CHECK (c IS NOT NULL) NOT VALID` declares it; it is inferred
        where at most 1 % of a table of 1,000 rows or more is NULL (`null-share` and `null-rows`).
    False positives:
        A column that is filled in later, for almost every row. A reference that may lead nowhere: it is advice where
        the column refers to another table, as a plan itself sets the keys of orphans NULL. Columns like `ended_at` or
        `parent_id`, and those that a foreign key sets NULL, are left out, and so are generated ones.
    Remedy:
        Fill with what the configuration says (`fill`: a constant, another column, a query), or with the column's
        constant default. Where the configuration names the rule and neither is there, a person decides: the plan stops
        at a marked place, before it changes anything, until `fill` or `nulls = "set-aside"` is written. Rows that
        violate a constraint which is NOT VALID are set aside, as those of any other check. Where the rule is only
        inferred, nothing is done to the rows unless you choose it.
    """
    for table in facts.catalog.measurable():
        for column in table.columns:
            intent = _intent(facts, table, column)
            if intent is not None:
                yield _probe(facts, table, column, intent)


def _intent(facts: Facts, table: Table, column: Column) -> _Intent | None:
    for each in facts.intended_on(table):
        if each.kind == "not-null" and column.name in each.columns:
            return _Intent(configured=each)
    for constraint in table.constraints:
        is_loose = not (constraint.validated and constraint.enforced)
        if is_loose and not_null_column(table, constraint.name) == column.name:
            return _Intent(constraint=constraint)
    if not is_nullable(table, column) or may_be_null(table, column) or column.generated:
        return None
    return None if is_hardly_null(facts, table, column) is False else _Intent()


def _probe(facts: Facts, table: Table, column: Column, intent: _Intent) -> RowProbe:
    subject = subject_of(table, column.name)
    proposed = Proposed(
        kind="not-null",
        subject=subject,
        definition=f"{sql.quote(column.name)} NOT NULL",
        lock=NOT_NULL_LOCK,
        intended=intent.configured is not None,
    )
    return RowProbe(
        table=table,
        subject=subject,
        violation=relation(table).c[column.name].is_(None),
        columns=(column.name,),
        judge=partial(_judge, facts, table, column, intent),
        # Without statistics a column of which half is NULL is asked about too: no constraint to speak of.
        proposes=proposed if intent.is_plain or is_hardly_null(facts, table, column) else None,
    )


def _judge(facts: Facts, table: Table, column: Column, intent: _Intent, measured: Measurement) -> Judgement | None:
    thresholds = facts.config.thresholds
    is_rare = measured.rows >= thresholds.null_rows and measured.violations <= thresholds.null_share * measured.rows
    if measured.violations == 0 or not (intent.is_plain or is_rare):
        return None
    remedies = sparing(_remedies(facts, table, column, intent), measured)
    chosen = next((remedy.summary for remedy in remedies if remedy.chosen), "fill them or set them aside")
    hint = f"{chosen}, then set NOT NULL"
    # A reference that leads nowhere is set NULL by the plan itself, where nothing says that it has to lead anywhere.
    is_weak = not intent.is_plain and refers(facts, table, column.name)
    if is_weak:
        hint = f"leave it where NULL says that the row refers to nothing; else {hint}"
    return Judgement(
        message=f"{subject_of(table, column.name)} is NULL in {measured.violations:,} of {measured.rows:,} rows and is "
        f"meant to be NOT NULL: {intent.reason(measured)}",
        hint=f"{hint[0].upper()}{hint[1:]}",
        severity=Severity.BLOCKER if intent.is_plain else Severity.ADVICE if is_weak else Severity.WARNING,
        certainty=Certainty.PROVEN if intent.is_plain else Certainty.INFERRED,
        remedies=remedies,
    )


def _remedies(facts: Facts, table: Table, column: Column, intent: _Intent) -> tuple[Remedy, ...]:
    violation = relation(table).c[column.name].is_(None)
    constraint = _constraint(table, column, intent)
    is_checked = intent.constraint is not None and intent.constraint.enforced
    operations = (set_aside(table, violation, checked=is_checked), constraint)
    aside = Remedy(kind="set-aside", summary="set these rows aside", operations=operations, chosen=False)
    told = intent.configured.intention.nulls if intent.configured else None
    value = _fill(facts, table, column, intent) if told is None else None
    if value is not None:
        filled = (assign(table, {column.name: sa.literal_column(value)}, violation, fills=True), constraint)
        return Remedy(kind="fill", summary=f"fill them with {value}", operations=filled), aside
    if intent.configured is not None and told != "set-aside":
        decision = (await_decision(table, column.name, violation, _ANSWER), constraint)
        return Remedy(kind="decide", summary="decide what becomes of them", operations=decision), aside
    return (replace(aside, chosen=intent.is_plain),)


_ANSWER = (
    'Write it into [[intend]] of auditor.toml: fill = "an SQL expression", which may name other columns and hold a'
    ' query, or nulls = "set-aside".'
)


def _constraint(table: Table, column: Column, intent: _Intent) -> Operation:
    declared = intent.constraint
    if declared is not None and declared.enforced:
        return validate_constraint(table, declared)
    return set_not_null(table, column.name)


_CONSTANT = re.compile(r"(-?\d[\d.]*|'(?:[^']|'')*'|true|false)(::[^()]+(\([\d,]+\))?)?")


def _fill(facts: Facts, table: Table, column: Column, intent: _Intent) -> str | None:
    """What replaces NULL: what the configuration says, else a default that is a constant.

    A default that is a function (now(), a sequence) would invent a fact; a constant in a key would be a duplicate, and
    in a reference an orphan.
    """
    if intent.configured is not None and intent.configured.intention.fill is not None:
        return intent.configured.intention.fill
    is_key = any(index.unique and index.reads(column.name) for index in table.indexes)
    is_intended_key = any(each.kind == "unique" and column.name in each.columns for each in facts.intended_on(table))
    if is_key or is_intended_key or refers_undeclared(facts, table, column.name):
        return None
    return column.default if column.default and _CONSTANT.fullmatch(column.default) else None
