"""What was not, or not fully, seen: never silence, and never a list of ten thousand lines either."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from auditor.catalog import Catalog, Table
from auditor.model import Coverage, Outcome, Subject, printable
from auditor.results.answers import UNREAD, Answer

SEEN = (Outcome.PASSED, Outcome.FAILED)


def coverage_of(answers: Iterable[Answer], catalog: Catalog) -> tuple[Coverage, ...]:
    """One entry for each check, table, outcome and reason; on the table where several of its subjects share them.

    A table that could not be seen and that no check asked about is there too, under the check `*`.
    """
    entries = tuple(_grouped(each for each in answers if each.outcome not in SEEN))
    named = {_place(entry) for entry in entries}
    return (*entries, *(entry for entry in _unseen_tables(catalog) if _place(entry) not in named))


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


def _place(entry: Coverage) -> tuple[str | None, str | None, Outcome]:
    return (entry.subject.schema, entry.subject.table, entry.outcome)


def _table_of(subject: Subject) -> Subject:
    return Subject(kind="table", schema=subject.schema, table=subject.table)


def _unseen_tables(catalog: Catalog) -> Iterator[Coverage]:
    """Tables that no check could see whole, whether one asked about them or not."""
    for table in catalog.audited:
        if table.unread:
            yield _of_every_check(table, Outcome.ERROR, UNREAD)
    for table in catalog.measurable():
        if not table.schema_usable:
            yield _of_every_check(table, Outcome.HIDDEN, f"this role has no USAGE on schema {printable(table.schema)}")
        elif not table.readable:
            yield _of_every_check(table, Outcome.HIDDEN, "this role has no SELECT on the table")
        elif table.row_security_active:
            yield _of_every_check(table, Outcome.HIDDEN, "row security may hide rows from this role")


def _of_every_check(table: Table, outcome: Outcome, reason: str) -> Coverage:
    subject = Subject(kind="table", schema=table.schema, table=table.name)
    return Coverage(check="*", subject=subject, outcome=outcome, reason=reason)
