"""`rehearse`: a copy is made or named, the plan is tried there, and the verdict says what was proved and what not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from psycopg.conninfo import conninfo_to_dict

from auditor.config import Config
from auditor.connect import open_session
from auditor.errors import AuditorError
from auditor.model import Finding, Rehearsal, RehearsalVerdict, Step, printable
from auditor.rehearsal.copying import Copy, given_copy, private_copy
from auditor.rehearsal.folder import PlanFolder
from auditor.rehearsal.sample import sample_of
from auditor.rehearsal.trial import Trial
from auditor.remedy.guards import is_server_step


def rehearse(plan: PlanFolder, dsn: str, config: Config) -> Rehearsal:
    """Tries the plan on a copy of the database behind `dsn`, made for it and gone at the end."""
    with open_session(dsn, statement_timeout_s=config.timeout) as session:
        sample = sample_of(session.main, plan, config)
        with private_copy(session, dsn, sample) as copy:
            session.close()
            return _tried(plan, copy, config)


def rehearse_on(plan: PlanFolder, dsn: str, config: Config, *, audited: str | None, is_copy: bool) -> Rehearsal:
    """Tries the plan on the database behind `dsn`, which somebody calls a copy.

    Raises AuditorError where it is, or may be, the audited one (`audited` is its DSN as far as it is known), unless
    `is_copy` says that it is not.
    """
    copy = given_copy(dsn)
    if not is_copy and (_is_audited(plan, copy) or (audited is not None and _place(audited) == _place(dsn))):
        raise AuditorError(
            f"{copy.place} is the database that was audited, or cannot be told from it",
            "name a copy; where this is one (of the whole cluster), say so with --yes-this-is-a-copy",
        )
    return _tried(plan, copy, config)


def _is_audited(plan: PlanFolder, copy: Copy) -> bool:
    """A copy of a whole cluster has its identifier; where that is not known, the name has to do."""
    database = plan.audit.database
    known = database.system_identifier and copy.identifier
    return copy.database == database.name and (not known or copy.identifier == database.system_identifier)


def _place(dsn: str) -> tuple[object, ...]:
    parts = conninfo_to_dict(dsn)
    return parts.get("host"), str(parts.get("port") or 5432), parts.get("dbname")


def _tried(plan: PlanFolder, copy: Copy, config: Config) -> Rehearsal:
    left_out = (*_unmatched(plan, copy), *_without_table(plan, copy))
    trial = Trial(plan=plan, copy=copy, config=config, left_out=left_out)
    trial.run()
    gaps = tuple(_gaps(trial))
    return Rehearsal(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        place=copy.place,
        verdict=_verdict(trial.failures, gaps),
        rows="given" if copy.loaded is None else "all" if copy.sample is None else "sample",
        tables=copy.loaded.rows if copy.loaded else {},
        applied_s=trial.applied_s,
        rolled_back_s=trial.rolled_back_s,
        blockers_left=trial.blockers_left,
        failures=tuple(trial.failures),
        gaps=gaps,
        traces=tuple(printable(".".join(each)) for each in sorted(trial.written)),
        notes=tuple(_notes(trial)),
    )


def _verdict(failures: list[str], gaps: tuple[str, ...]) -> RehearsalVerdict:
    if failures:
        return "not-proved"
    return "incomplete" if gaps else "proved"


def _unmatched(plan: PlanFolder, copy: Copy) -> Iterator[Step]:
    """The steps that ask for the audited server and database, where the copy is another."""
    if (copy.major, copy.database) != (plan.major, plan.audit.database.name):
        yield from (step for step in plan.audit.plan.steps if is_server_step(step))


def _without_table(plan: PlanFolder, copy: Copy) -> Iterator[Step]:
    """The steps that only findings on missing tables ask for."""
    absent = copy.missing.tables if copy.missing else frozenset()
    lost = {each.fingerprint for each in plan.audit.findings if not absent.isdisjoint(_tables(each))}
    for step in plan.audit.plan.steps:
        if step.fingerprints and lost.issuperset(step.fingerprints):
            yield step


def _tables(finding: Finding) -> Iterator[tuple[str | None, str | None]]:
    yield finding.subject.schema, finding.subject.table
    if finding.reference is not None:
        yield finding.reference.schema, finding.reference.table


def _gaps(trial: Trial) -> Iterator[str]:
    yield from trial.copy.gaps
    lost = {each for step in trial.left_out if not is_server_step(step) for each in step.fingerprints}
    if lost:
        yield f"steps left out, as their tables are not on the copy: those of {', '.join(sorted(lost))}"
    for each in trial.plan.audit.findings:
        if each.violations and each.fingerprint in trial.plan.planned - trial.shown - lost:
            yield printable(f"{each.fingerprint}: the copy has no violation of it ({each.check} {each.subject})")
    if trial.before is not None and not trial.before.summary.complete:
        yield f"the audit of the copy has not seen everything: {trial.before.summary.verdict}"


def _notes(trial: Trial) -> Iterator[str]:
    plan, copy = trial.plan, trial.copy
    if copy.major != plan.major:
        yield f"written for PostgreSQL {plan.major}, rehearsed on {copy.major}: the guards of the version were left out"
    if copy.database != plan.audit.database.name:
        yield "the copy has another name than the database: the guards of the name were left out"
    if copy.missing and copy.missing.extensions and not copy.missing.objects:
        yield f"extensions that nothing depends on are missing there: {', '.join(copy.missing.extensions)}"
    if copy.sample is not None:
        yield from copy.sample.capped
    if trial.others_left:
        yield f"{trial.others_left} blockers have no step in this plan and stay"
    yield from (f"afterwards the audit infers of a table that no step is about: {each}" for each in trial.guesses)
    for table, name in sorted(trial.unvalidated):
        yield printable(f"{name} of {table} is called valid and is violated: it comes back NOT VALID")
    for place, more in sorted(trial.written.items()):
        yield printable(f"{'.'.join(place)} has {more:,} rows more, which triggers wrote: no rollback takes them back")
    if not plan.scripts.back:
        yield "the plan has no rollback"
