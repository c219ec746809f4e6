"""References that the auditor does not measure: each is said, none is taken to hold."""

from collections.abc import Iterator

from auditor.catalog import Catalog, Constraint, Table
from auditor.model import Coverage, Outcome, Reference, Subject, printable
from auditor.references.levels import FAMILY
from auditor.references.look_up import INHERITED

TEMPORAL = "a temporal foreign key (PERIOD): its ranges are not compared"
ELSEWHERE = "a foreign key to a single partition, or to a table of an extension: it is not measured"
OF_A_PARTITION = "a foreign key that one partition declares for itself: it is not measured"


def unmeasured(catalog: Catalog) -> Iterator[Coverage]:
    """One entry for each of these foreign keys of the tables in scope."""
    for table in catalog.measurable():
        for constraint in table.foreign_keys():
            if catalog.by_oid(constraint.referenced_oid) is None:
                yield _entry(table.schema, table.name, constraint, ELSEWHERE)
            elif constraint.has_period:
                yield _entry(table.schema, table.name, constraint, TEMPORAL)
        yield from _of_partitions(table)


def _of_partitions(table: Table) -> Iterator[Coverage]:
    for each in table.partition_constraints:
        if each.constraint.kind == "foreign-key":
            yield _entry(each.schema, each.partition, each.constraint, OF_A_PARTITION)


def _entry(schema: str, table: str, constraint: Constraint, reason: str) -> Coverage:
    subject = Subject(kind="constraint", schema=schema, table=table, columns=constraint.columns, name=constraint.name)
    return Coverage(check=FAMILY, subject=subject, outcome=Outcome.SKIPPED, reason=reason)


def is_beyond(reference: Reference) -> bool:
    """Whether what it refers to may stand in tables that inherit from the referenced one."""
    text = INHERITED.format(table=reference.ref_table)
    return reference.confidence < 1.0 and any(each.endswith(text) for each in reference.evidence)


def beyond(each: Reference) -> Coverage:
    """The entry for such a reference, which names alone suggest."""
    subject = Subject(
        kind="column", schema=each.schema, table=each.table, columns=each.columns, expression=each.expression
    )
    reason = printable(INHERITED.format(table=each.ref_table))
    return Coverage(check=FAMILY, subject=subject, outcome=Outcome.SKIPPED, reason=reason, excused=True)
