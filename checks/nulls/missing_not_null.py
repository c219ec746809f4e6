"""missing-not-null."""

from collections.abc import Iterator
from functools import partial

from auditor import sql
from auditor.catalog import Column, Table
from auditor.catalog.estimates import null_fraction
from auditor.check import Example, Facts, check
from auditor.knowledge.nullability import (
    NOT_NULL_LOCK,
    is_nullable,
    may_be_null,
    may_lose_its_reference,
    refers_undeclared,
)
from auditor.knowledge.wording import counted
from auditor.model import Severity
from auditor.probe import Judgement, Measurement, Proposed, RowProbe, relation, subject_of
from auditor.remedy import Remedy, set_not_null


@check(
    severity=Severity.ADVICE,
    examples=[
        Example(
            given="""CREATE TABLE organizations (id int PRIMARY KEY, timezone text, closed_at date);
                     INSERT INTO organizations VALUES (1, 'Europe/Berlin', NULL), (2, 'Asia/Tokyo', NULL)""",
            finds=["organizations(timezone): 0 of 2"],
        )
    ],
)
def missing_not_null(facts: Facts) -> Iterator[RowProbe]:
    """A nullable column without a NULL: it can be NOT NULL today.

    Why it matters:
        The rule holds, and nothing keeps it: the first NULL will be found by whoever did not expect it. The planner
        uses NOT NULL as well.
    False positives:
        A column that is to be NULL one day. Columns like `ended_at` or `parent_id`, those that a foreign key sets NULL,
        and those that refer to a table without a foreign key are left out, as are tables that others inherit from.
    Remedy:
        SET NOT NULL, in the form that reads the rows without a long lock. On the columns of a foreign key only if you
        choose it: where the key has orphans, the plan sets them NULL.
    """
    configured = {
        (each.table.oid, column) for each in facts.intended if each.kind == "not-null" for column in each.columns
    }
    for table in facts.catalog.measurable():
        for column in table.columns:
            if (table.oid, column.name) not in configured and _is_candidate(facts, table, column):
                yield _probe(table, column)


def _is_candidate(facts: Facts, table: Table, column: Column) -> bool:
    return (
        is_nullable(table, column)
        and not table.has_children
        and not null_fraction(column)
        and not may_be_null(table, column)
        and not refers_undeclared(facts, table, column.name)
    )


def _probe(table: Table, column: Column) -> RowProbe:
    subject = subject_of(table, column.name)
    proposed = Proposed(
        kind="not-null", subject=subject, definition=f"{sql.quote(column.name)} NOT NULL", lock=NOT_NULL_LOCK
    )
    return RowProbe(
        table=table,
        subject=subject,
        violation=relation(table).c[column.name].is_(None),
        columns=(column.name,),
        judge=partial(_judge, table, column),
        proposes=proposed if null_fraction(column) == 0 else None,
    )


def _judge(table: Table, column: Column, measured: Measurement) -> Judgement | None:
    if measured.violations:
        return None
    return Judgement(
        message=f"{subject_of(table, column.name)} holds no NULL in {counted(measured.rows, 'row')} and can be NOT "
        "NULL today",
        hint="Set NOT NULL, unless NULL is to mean something one day",
        remedies=(
            Remedy(
                kind="add-constraint",
                summary="set NOT NULL",
                operations=(set_not_null(table, column.name),),
                chosen=not may_lose_its_reference(table, column.name),
            ),
        ),
    )
