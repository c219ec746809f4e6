"""unvalidated-check."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Constraint, Table
from auditor.check import Example, Facts, check
from auditor.intentions import Intended, not_null_column
from auditor.knowledge.emails import answers_for
from auditor.knowledge.natural_keys import columns_of
from auditor.knowledge.restraint import sparing
from auditor.knowledge.wording import counted
from auditor.model import Severity, Subject
from auditor.probe import Judgement, Measurement, Proposed, RowProbe, subject_of
from auditor.remedy import Operation, Remedy, add_check, set_aside, validate_constraint

_SET_ASIDE = Remedy(kind="set-aside", summary="set these rows aside", operations=())
_LOCK = "SHARE UPDATE EXCLUSIVE while the rows are read: reads and writes go on"


@check(
    severity=Severity.BLOCKER,
    examples=[
        Example(
            given="""CREATE TABLE usage (id int PRIMARY KEY, quantity int);
                     INSERT INTO usage VALUES (1, 5), (2, -1), (3, NULL);
                     ALTER TABLE usage ADD CONSTRAINT usage_quantity_check CHECK (quantity >= 0) NOT VALID""",
            finds=['usage(quantity) "usage_quantity_check": 1 of 3'],
        ),
        Example(
            given="""CREATE TABLE usage (id int PRIMARY KEY, quantity int CHECK (quantity >= 0) NOT ENFORCED);
                     INSERT INTO usage VALUES (1, 5), (2, -1)""",
            finds=['usage(quantity) "usage_quantity_check": 1 of 2'],
            minimum_version=18,
            has_plan=False,
            because="the constraint has to be declared again, and what is to become of the rows is open until then",
        ),
        Example(
            given="""CREATE TABLE usage (id int PRIMARY KEY, quantity int);
                     INSERT INTO usage VALUES (1, 5), (2, -1)""",
            config="""[[intend]]
                      kind = "check"
                      table = "public.usage"
                      condition = "quantity >= 0" """,
            finds=["usage(quantity >= 0): 1 of 2"],
        ),
    ],
)
def unvalidated_check(facts: Facts) -> Iterator[RowProbe]:
    """A CHECK that is NOT VALID, NOT ENFORCED, or named by the configuration, with the rows that break it.

    Why it matters:
        Under a CHECK that is NOT VALID every update of an old row that breaks it fails, whatever it changes; a
        NOT ENFORCED one (from PostgreSQL 18 on) refuses nothing. The planner trusts neither.
    False positives:
        None. Without such rows it is a warning: it can be validated today.
    Remedy:
        Set the rows aside, or mend them by hand, then VALIDATE CONSTRAINT. Where no row keeps the rule, nothing is
        done unless you choose it.
    """
    for table in facts.catalog.measurable():
        for constraint in table.constraints:
            is_loose = not (constraint.validated and constraint.enforced)
            if constraint.kind == "check" and is_loose and not not_null_column(table, constraint.name):
                yield _declared(table, constraint)
    for each in facts.intended:
        if each.kind == "check" and not answers_for(facts, each):
            yield _intended(each)


def _broken(condition: str) -> sql.Condition:
    """True of the rows that a CHECK refuses: NULL passes (CREATE TABLE, CHECK)."""
    return sa.literal_column(f"({condition})", sa.Boolean()).is_(sa.false())


def _declared(table: Table, constraint: Constraint) -> RowProbe:
    subject = Subject(
        kind="constraint",
        schema=table.schema,
        table=table.name,
        columns=constraint.columns,
        name=constraint.name,
    )
    return RowProbe(
        table=table,
        subject=subject,
        violation=_broken(constraint.expression or "true"),
        columns=constraint.columns,
        judge=partial(_judge_declared, table, constraint, subject),
        proposes=Proposed(
            kind="check",
            subject=subject,
            definition=f"CONSTRAINT {sql.quote(constraint.name)} {constraint.definition}",
            lock=_LOCK,
        ),
    )


def _judge_declared(table: Table, constraint: Constraint, subject: Subject, measured: Measurement) -> Judgement:
    state = "NOT VALID" if constraint.enforced else "NOT ENFORCED"
    # A CHECK that is not enforced cannot be altered to be (ALTER TABLE of 18): it is declared again, by its owner.
    validate: tuple[Operation, ...] = (validate_constraint(table, constraint),) if constraint.enforced else ()
    last = "validate it" if constraint.enforced else "declare it again as enforced"
    if not measured.violations:
        remedy = Remedy(kind="add-constraint", summary="validate the constraint", operations=validate)
        return Judgement(
            message=f"{subject} is {state} and holds for all of {counted(measured.rows, 'row')}",
            hint=f"{last[0].upper()}{last[1:]}",
            severity=Severity.WARNING,
            remedies=(remedy,) if validate else (),
        )
    aside = set_aside(table, _broken(constraint.expression or "true"), checked=constraint.enforced)
    return Judgement(
        message=f"{subject} is {state} and does not hold for {measured.violations:,} of "
        f"{counted(measured.rows, 'row')}",
        hint=f"Set these rows aside or mend them, then {last}",
        remedies=sparing((replace(_SET_ASIDE, operations=(aside, *validate), chosen=bool(validate)),), measured),
    )


def _intended(each: Intended) -> RowProbe:
    condition = each.intention.condition or "true"
    subject = subject_of(each.table, expression=condition)
    return RowProbe(
        table=each.table,
        subject=subject,
        violation=_broken(condition),
        columns=columns_of(each),
        judge=partial(_judge_intended, each, subject),
        proposes=Proposed(kind="check", subject=subject, definition=f"CHECK ({condition})", lock=_LOCK, intended=True),
    )


def _judge_intended(each: Intended, subject: Subject, measured: Measurement) -> Judgement | None:
    if not measured.violations:
        return None
    condition = each.intention.condition or "true"
    operations = (
        set_aside(each.table, _broken(condition)),
        add_check(each.table, sa.literal_column(f"({condition})", sa.Boolean()), "check"),
    )
    return Judgement(
        message=f"{subject} is to hold and does not for {measured.violations:,} of {counted(measured.rows, 'row')}",
        hint="Set these rows aside or mend them, then add the CHECK",
        remedies=sparing((replace(_SET_ASIDE, operations=operations),), measured),
    )
