"""The way through, on one screen: catalog → references → checks → scans → answers → findings → plan → audit.

Data goes down this list and never back up. No check sees a connection, no report sees a database, and no check is
asked twice. The only second visit to rows is for the keys of violating rows, and only where there are any.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from auditor.catalog import Catalog, Scope, Table
from auditor.catalog.read import read_catalog
from auditor.check import Check, Facts
from auditor.config import Config
from auditor.connect import Session, open_session
from auditor.fills import require_sound_fills
from auditor.intentions import require_known
from auditor.model import Audit, DatabaseInfo, Run, TableSize, ToolInfo
from auditor.planner import plan_scans
from auditor.probe import Verdict
from auditor.references import find_references
from auditor.results.answers import Answer, answer, ask
from auditor.results.choices import choices_of_nothing, with_choices
from auditor.results.coverage import coverage_of
from auditor.results.findings import findings_and_plan
from auditor.results.limits import limits_of
from auditor.results.readiness import readiness_of
from auditor.results.summary import checks_of, summarise
from auditor.scan import Progress, run_scans
from auditor.version import __version__


@dataclass(frozen=True, slots=True)
class Clock:
    """When the audit began: wall time for people, monotonic time for durations."""

    started_at: datetime
    started: float

    @classmethod
    def now(cls) -> "Clock":
        """A clock that starts now."""
        return cls(datetime.now(UTC), monotonic())


def audit(
    dsn: str,
    checks: Sequence[Check],
    config: Config,
    *,
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> Audit:
    """Audits the database behind `dsn` with these checks; `clock` says when it began, now if None.

    Raises AuditorError where it cannot begin.
    """
    clock = clock or Clock.now()
    with open_session(dsn, statement_timeout_s=config.timeout) as session:
        catalog = read_catalog(session.main, Scope(schemas=config.schema, tables=config.table))
        require_known(catalog, config)
        require_sound_fills(session.main, catalog, config)
        found = find_references(session.main, catalog, config)
        facts = Facts(catalog=catalog, references=found.references, config=config)
        answers = with_choices(_answers(session, checks, facts, clock, progress), config)
        plan_id = clock.started_at.strftime("p%Y%m%d%H%M%S")
        findings, plan, answers = findings_and_plan(answers, session, facts, plan_id)
        coverage = (*coverage_of(answers, catalog), *limits_of(checks, answers, facts, found.unseen))
        constraints = readiness_of(answers, plan)
        tables = _tables(catalog, answers)
        return Audit(
            tool=ToolInfo(version=__version__),
            run=_run(session, clock, config, choices_of_nothing(answers, config)),
            database=_database(session, catalog),
            summary=summarise(answers, findings, coverage, constraints, tables),
            coverage=coverage,
            checks=checks_of(checks, answers),
            findings=findings,
            constraints=constraints,
            references=tuple(each for each in found.listed if not each.is_special),
            other_references=tuple(each for each in found.listed if each.is_special),
            plan=plan,
            tables=tables,
            scans=tuple(session.records),
        )


def _answers(
    session: Session, checks: Sequence[Check], facts: Facts, clock: Clock, progress: Progress | None
) -> tuple[Answer, ...]:
    """What came of every question. Scans and numbers are gone by then: the findings need the room."""
    asked, failed = ask(checks, facts)
    probes = tuple(question for _, question in asked if not isinstance(question, Verdict))
    plan_of_scans = plan_scans(probes, with_keys=facts.config.samples != "none")
    measured = run_scans(session, plan_of_scans, facts.config, since=clock.started, progress=progress)
    return (*(answer(check, question, measured, facts.catalog) for check, question in asked), *failed)


def _run(session: Session, clock: Clock, config: Config, notes: Iterable[str]) -> Run:
    return Run(
        id=clock.started_at.strftime("%Y%m%dT%H%M%SZ"),
        started_at=clock.started_at.isoformat(timespec="seconds"),
        duration_s=round(monotonic() - clock.started, 3),
        statements=session.statements,
        rows_read_by_client=sum(record.rows for record in session.records),
        jobs=session.jobs(config.connections),
        options=config.differences(),
        notes=(*session.notes, *notes),
    )


def _database(session: Session, catalog: Catalog) -> DatabaseInfo:
    server = catalog.server
    identifier, oid = session.identity() or (None, None)
    return DatabaseInfo(
        name=server.database,
        host=session.host,
        server_version=server.version_text,
        role=server.role,
        bytes=server.bytes,
        in_recovery=server.in_recovery,
        system_identifier=identifier,
        oid=oid,
    )


def _tables(catalog: Catalog, answers: Sequence[Answer]) -> tuple[TableSize, ...]:
    counted = {
        each.question.table.oid: each.measurement.rows
        for each in answers
        if each.measurement is not None and each.measurement.exact and not isinstance(each.question, Verdict)
    }
    return tuple(_size(table, counted.get(table.oid)) for table in catalog.audited if table.kind != "view")


def _size(table: Table, rows: int | None) -> TableSize:
    estimate = None if table.rows is None else int(table.rows)
    return TableSize(
        schema=table.schema,
        table=table.name,
        rows=estimate if rows is None else rows,
        bytes=table.bytes,
        exact=rows is not None,
    )
