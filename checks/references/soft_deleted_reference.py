"""soft-deleted-reference."""

from collections.abc import Iterator
from functools import partial

import sqlalchemy as sa

from auditor.check import Example, Facts, check
from auditor.knowledge.orphans import referenced_text, settable, subject_of_reference
from auditor.knowledge.soft_deletes import SoftDelete, soft_deletes
from auditor.knowledge.wording import counted
from auditor.model import Certainty, Severity
from auditor.probe import Judgement, Measurement, ReferenceProbe
from auditor.remedy import Remedy, assign

_UNDECIDED = "nothing says which of the two rows is right; the ways to mend it are variants to choose from"


@check(
    severity=Severity.ADVICE,
    examples=[
        Example(
            given="""CREATE TABLE projects (id int PRIMARY KEY, deleted_at timestamptz);
                     CREATE TABLE tasks (id int PRIMARY KEY, project_id int, deleted_at timestamptz);
                     CREATE INDEX ON tasks (project_id);
                     INSERT INTO projects SELECT 3 * n, CASE WHEN n <= 2 THEN now() END
                       FROM generate_series(1, 50) AS n;
                     INSERT INTO tasks SELECT n, 3 * n, CASE WHEN n = 1 THEN now() END FROM generate_series(1, 50) AS n;
                     INSERT INTO tasks VALUES (51, 3), (52, NULL);
                     ANALYZE""",
            finds=["tasks(project_id): 2 of 50"],
            has_plan=False,
            because=_UNDECIDED,
        ),
        Example(
            given="""CREATE TABLE customers (id int PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false);
                     CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers);
                     CREATE INDEX ON orders (customer_id);
                     INSERT INTO customers VALUES (1, false), (2, true);
                     INSERT INTO orders VALUES (1, 1), (2, 2), (3, 2), (4, NULL)""",
            finds=["orders(customer_id): 2 of 3"],
            has_plan=False,
            because=_UNDECIDED,
        ),
    ],
)
def soft_deleted_reference(facts: Facts) -> Iterator[ReferenceProbe]:
    """A live row that refers to a row which is soft-deleted.

    Why it matters:
        The row is there, so no foreign key complains, declared or not; and every query that leaves out what is deleted
        loses it, or shows it without what it belongs to. What is deleted is told by a column: a date (`deleted_at`,
        `removed_on`), a flag (`is_deleted`, `deleted`), a state that is `deleted`; where a table has none of these,
        by `archived_at` or `is_archived`. Live are the rows that are not marked so themselves. It is a warning where
        both tables know deletion and the foreign key says ON DELETE CASCADE: such a row is meant to go along.
    False positives:
        History keeps what it refers to: an order of a customer who is gone is right. Columns that say who acted
        (`created_by`, `author_id`) are left out for that. A mark of another name, and a state that the statistics do
        not know, are not seen. Switch the check off, or reject the reference under `[references]` where it is
        inferred.
    Remedy:
        None is chosen: whether the row goes as well, lets go, or stays, is for whoever knows the application. The ways
        stand beside the finding as variants: to mark the row as deleted too, and to set its key NULL.
    """
    for each in soft_deletes(facts):
        yield ReferenceProbe(
            **each.parts,
            finds=True,
            subject=subject_of_reference(each.join, each.reference),
            judge=partial(_judge, facts, each),
            reference=each.reference,
        )


def _judge(facts: Facts, each: SoftDelete, measured: Measurement) -> Judgement | None:
    if not measured.violations:
        return None
    names = " or ".join(mark.column.name for mark in each.marks)
    remedies = tuple(_remedies(facts, each))
    ways = [remedy.summary for remedy in remedies] or ["delete them with what they refer to"]
    return Judgement(
        message=f"{subject_of_reference(each.join, each.reference)} refers to {referenced_text(each.reference)}, which "
        f"is {each.gone} ({names}), in {measured.violations:,} of {counted(measured.population, 'live row')}",
        hint=f"Leave them as history, or {', or '.join(ways)}",
        severity=Severity.WARNING if each.goes_along else None,
        certainty=Certainty.PROVEN if each.reference.declared else Certainty.INFERRED,
        remedies=remedies,
        parameters=(referenced_text(each.reference),),
    )


def _remedies(facts: Facts, each: SoftDelete) -> Iterator[Remedy]:
    join = each.join
    mark = next((mark for mark in each.own if mark.is_date or mark.column.type.base == "bool"), None)
    if mark is not None and join.table.row_key() and not mark.column.generated:
        gone = {mark.column.name: each.when_gone() if mark.is_date else sa.true()}
        marked = (assign(join.table, gone, each.violation),)
        yield Remedy(kind="soft-delete", summary="mark them as deleted too", operations=marked, chosen=False)
    columns = settable(facts, join, each.constraint) if join.elements is None else ()
    if columns:
        nulls = (assign(join.table, {column: sa.null() for column in columns}, each.violation),)
        yield Remedy(kind="set-null", summary="set their key to NULL", operations=nulls, chosen=False)
