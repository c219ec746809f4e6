"""missing-not-null."""

from collections.abc import Iterator
from functools import partial

from auditor import sql
from auditor.catalog import Column, Table
from auditor.catalog.estimates import null_fraction
from auditor.check import Example, Facts, check
from auditor.knowledge.nullability import NOT_NULL_LOCK, is_nullable, may_be_null, refers_undeclared
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
        and those that refer to a table without a foreign key are left out.
    Remedy:
        SET NOT NULL, in the form that reads the rows without a long lock.
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
        message=f"{subject_of(table, column.name)} holds no NULL in {measured.rows:,} rows and can be NOT NULL today",
        hint="Set NOT NULL, unless NULL is to mean something one day",
        remedies=(
            Remedy(
                kind="add-constraint",
                summary="set NOT NULL",
                operations=(set_not_null(table, column.name),),
            ),
        ),
    )
