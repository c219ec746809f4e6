"""What the audit as a whole did not look at, whatever its checks asked: each said once, none taken for good news."""

from collections.abc import Iterable, Iterator, Sequence

from auditor.catalog import Catalog, Constraint
from auditor.check import Check, Facts
from auditor.config import Config
from auditor.intentions import intended_out_of_scope
from auditor.model import Coverage, Outcome, Subject, printable
from auditor.planner.scan import estimated_rows
from auditor.probe import Verdict, subject_of
from auditor.results.answers import Answer

EVERY = "*"
NO_TABLE = "no table is in scope: nothing was audited"
FOREIGN = "a foreign table: its rows are on another server, and were not asked for"
FOREIGN_PARTITION = "one of its partitions is a foreign table: its rows are on another server"
NOT_ANALYSED = "without statistics keys are not inferred from values: run ANALYZE"
OUT_OF_SCOPE = "named by [[intend]], and out of scope"
OF_A_PARTITION = "not validated, and one partition declares it for itself: it is not measured"


def limits_of(
    checks: Sequence[Check], answers: Iterable[Answer], facts: Facts, references: Iterable[Coverage]
) -> tuple[Coverage, ...]:
    """The limits that concern these checks; `references` are those of the inference."""
    families = {check.family for check in checks}
    limits = (
        *_of_scope(facts.catalog, facts.config),
        *_of_tables(facts.catalog),
        *_of_partitions(facts.catalog),
        *_of_domains(facts.catalog),
        *references,
        *_of_statistics(facts, answers),
    )
    return tuple(each for each in limits if each.check == EVERY or each.check in families)


def _of_scope(catalog: Catalog, config: Config) -> Iterator[Coverage]:
    """What nobody asked for; and that there was nothing, which may be another database than was meant."""
    database = Subject(kind="database")
    if not catalog.audited:
        yield Coverage(check=EVERY, subject=database, outcome=Outcome.SKIPPED, reason=NO_TABLE)
    if config.only:
        yield _excused(EVERY, database, f"switched off: all but {', '.join(config.only)}")
    if config.skip:
        yield _excused(EVERY, database, f"switched off: {', '.join(config.skip)}")
    for each in intended_out_of_scope(catalog, config):
        yield _excused(EVERY, subject_of(each.table, *each.columns), OUT_OF_SCOPE)


def _of_tables(catalog: Catalog) -> Iterator[Coverage]:
    for table in catalog.audited:
        unreadable = ", ".join(column.name for column in table.columns if not column.readable)
        if table.kind == "foreign":
            yield _excused(EVERY, subject_of(table), FOREIGN)
        if table.has_foreign_leaves:
            yield Coverage(check=EVERY, subject=subject_of(table), outcome=Outcome.HIDDEN, reason=FOREIGN_PARTITION)
        if table.kind in ("table", "partitioned") and table.readable and table.schema_usable and unreadable:
            reason = f"this role has no SELECT on columns: {printable(unreadable)}"
            yield Coverage(check=EVERY, subject=subject_of(table), outcome=Outcome.HIDDEN, reason=reason)


def _of_partitions(catalog: Catalog) -> Iterator[Coverage]:
    """What partitions declare for themselves and nobody has validated; their foreign keys are among the references."""
    families = {"check": "constraints", "not-null": "nulls"}
    for table in catalog.measurable():
        for each in table.partition_constraints:
            if each.constraint.kind in families:
                subject = _of_constraint(each.schema, each.partition, each.constraint)
                check = families[each.constraint.kind]
                yield Coverage(check=check, subject=subject, outcome=Outcome.SKIPPED, reason=OF_A_PARTITION)


def _of_domains(catalog: Catalog) -> Iterator[Coverage]:
    """Columns whose domain has constraints that nobody has validated: their values were there before."""
    for table in catalog.measurable():
        for column in table.columns:
            if column.type.not_validated:
                reason = f"not validated, and the domain's: {', '.join(column.type.not_validated)} is not measured"
                subject = subject_of(table, column.name)
                yield Coverage(check="constraints", subject=subject, outcome=Outcome.SKIPPED, reason=printable(reason))


def _of_statistics(facts: Facts, answers: Iterable[Answer]) -> Iterator[Coverage]:
    """Tables whose statistics say nothing. Keys that are declared, or named by the configuration, need none."""
    counted = {
        each.question.table.oid: each.measurement.rows
        for each in answers
        if each.measurement is not None and not isinstance(each.question, Verdict)
    }
    least = facts.config.thresholds.near_unique_rows
    for table in facts.catalog.measurable():
        is_known = table.rows is not None and any(column.statistics for column in table.columns)
        is_small = counted.get(table.oid, estimated_rows(table)) < least
        is_visible = table.readable and table.schema_usable and not table.row_security_active
        if is_visible and not is_known and not is_small:
            yield _excused("duplicates", subject_of(table), NOT_ANALYSED)


def _excused(check: str, subject: Subject, reason: str) -> Coverage:
    return Coverage(check=check, subject=subject, outcome=Outcome.SKIPPED, reason=printable(reason), excused=True)


def _of_constraint(schema: str, table: str, constraint: Constraint) -> Subject:
    return Subject(kind="constraint", schema=schema, table=table, columns=constraint.columns, name=constraint.name)
