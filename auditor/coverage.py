"""What was not, or not fully, seen: never silence, and never a list of ten thousand lines either."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from auditor.answers import Answer
from auditor.catalog import Catalog, Table
from auditor.model import Coverage, Outcome, Subject

SEEN = (Outcome.PASSED, Outcome.FAILED)


def coverage_of(answers: Iterable[Answer], catalog: Catalog) -> tuple[Coverage, ...]:
    """One entry for each check, table, outcome and reason; on the table where several of its subjects share them.

    A table that this role may not read and that no check asked about is there too, under the check `*`.
    """
    entries = tuple(_grouped(each for each in answers if each.outcome not in SEEN))
    named = {(entry.subject.schema, entry.subject.table) for entry in entries}
    return (*entries, *(_unasked(table) for table in _unreadable(catalog) if (table.schema, table.name) not in named))


def _grouped(answers: Iterable[Answer]) -> Iterator[Coverage]:
    def key(each: Answer) -> tuple[str, str, str, str, str]:
        return (
            each.subject.schema or "",
            each.subject.table or "",
            each.outcome,
            each.check.id,
            each.reason,
        )

    for (_, _, outcome, check, reason), group in groupby(sorted(answers, key=key), key=key):
        subjects = list(dict.fromkeys(each.subject for each in group))
        subject = subjects[0] if len(subjects) == 1 else _table_of(subjects[0])
        yield Coverage(check=check, subject=subject, outcome=Outcome(outcome), reason=reason)


def _table_of(subject: Subject) -> Subject:
    return Subject(kind="table", schema=subject.schema, table=subject.table)


def _unreadable(catalog: Catalog) -> Iterator[Table]:
    for table in catalog.measurable():
        if not (table.readable and table.schema_usable) or table.row_security_active:
            yield table


def _unasked(table: Table) -> Coverage:
    reason = (
        "row security may hide rows from this role"
        if table.readable and table.schema_usable
        else "no privilege to read it"
    )
    subject = Subject(kind="table", schema=table.schema, table=table.name)
    return Coverage(check="*", subject=subject, outcome=Outcome.HIDDEN, reason=reason)
