"""`rehearse`: a copy is made or named, the plan is tried there, and the verdict says what was proved and what not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import psycopg

from auditor import sql
from auditor.config import Config
from auditor.connect import open_session, summary_of
from auditor.errors import AuditorError
from auditor.model import Finding, Rehearsal, RehearsalVerdict, Step, printable
from auditor.rehearsal.comparison import uncompared, why_uncompared
from auditor.rehearsal.copying import Copy, private_copy
from auditor.rehearsal.folder import PlanFolder
from auditor.rehearsal.given import given_copy, is_audited, missing_there, refuse_unfit
from auditor.rehearsal.operator import Operator, given_role, owner_of
from auditor.rehearsal.rows import sources_of
from auditor.rehearsal.sample import sample_of
from auditor.rehearsal.schema import Missing
from auditor.rehearsal.trial import Trial
from auditor.remedy.guards import is_server_step

Announce = Callable[[Sequence[str]], None]
"""Told which tables rows are copied of, before the first one is."""


def rehearse(plan: PlanFolder, dsn: str, config: Config, announce: Announce | None = None) -> Rehearsal:
    """Tries the plan on a copy of the database behind `dsn`, made for it and gone at the end."""
    with open_session(dsn, statement_timeout_s=config.timeout) as session:
        sample = sample_of(session.main, plan, config)
        if announce is not None:
            stored = sources_of(session.main)
            announce([str(each) for each in (stored if sample is None else sample.tables(stored))])
        with private_copy(session, dsn, sample) as copy:
            session.close()
            try:
                operator = owner_of(copy.dsn, _concerned(plan))
                return _tried(plan, copy, config, operator, operator.role or "")
            except psycopg.Error as error:
                raise AuditorError(
                    f"the private server broke: {summary_of(error)}",
                    "see whether the temporary folder or memory is full",
                ) from None


def rehearse_on(plan: PlanFolder, dsn: str, config: Config, *, audited: str | None, is_copy: bool) -> Rehearsal:
    """Tries the plan on the database behind `dsn`, which somebody calls a copy.

    Raises AuditorError where it is, or may be, the audited one (`audited` is its DSN as far as it is known), unless
    `is_copy` says that it is not.
    """
    copy = given_copy(dsn)
    if not is_copy and is_audited(plan, copy, audited):
        raise AuditorError(
            f"{copy.place} is the database that was audited, or cannot be told from it",
            "name a copy; where this is one (of the whole cluster), say so with --yes-this-is-a-copy",
        )
    refuse_unfit(plan, copy)
    copy = replace(copy, missing=missing_there(plan, copy))
    role, operator = given_role(dsn)
    part = f"{copy.place} may hold a part of the plan: its rollback takes that back"
    try:
        return _tried(plan, copy, config, operator, role)
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(part)
        raise
    except psycopg.Error as error:
        raise AuditorError(
            f"the rehearsal broke: {summary_of(error)}; {part}", "roll it back, then try again"
        ) from None


def _concerned(plan: PlanFolder) -> frozenset[tuple[str, str]]:
    """The tables that the plan is about."""
    planned = (each for each in plan.audit.findings if each.fingerprint in plan.planned)
    return frozenset((schema or "", table or "") for each in planned for schema, table in _tables(each))


def _tried(plan: PlanFolder, copy: Copy, config: Config, operator: Operator, role: str) -> Rehearsal:
    left_out = (*_unmatched(plan, copy), *_without_table(plan, copy.missing))
    trial = Trial(plan=plan, copy=copy, config=config, operator=operator, left_out=left_out)
    trial.run()
    gaps = tuple(_gaps(trial))
    return Rehearsal(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        place=copy.place,
        role=printable(role),
        verdict=_verdict(trial.failures, gaps),
        rows="given" if copy.loaded is None else "all" if copy.sample is None else "sample",
        tables=copy.loaded.rows if copy.loaded else {},
        applied_s=trial.applied_s,
        rolled_back_s=trial.rolled_back_s,
        blockers_left=trial.blockers_left,
        failures=tuple(trial.failures),
        gaps=gaps,
        uncompared=uncompared(*trial.states),
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


def _without_table(plan: PlanFolder, missing: Missing | None) -> Iterator[Step]:
    """The steps that only findings ask for whose tables are not there whole, or whose steps change rows of such."""
    if missing is None:
        return
    partly = missing.tables | {table for table, _ in missing.columns}
    lost = {each.fingerprint for each in plan.audit.findings if _is_lost(each, missing)}
    names = "|".join(map(re.escape, partly))
    changes = re.compile(rf"\b(?:DELETE FROM|UPDATE|INSERT INTO) (?:ONLY )?(?:{names})\s") if partly else None
    for step in plan.audit.plan.steps:
        if changes is not None and changes.search(step.sql):
            lost.update(step.fingerprints)
    for step in plan.audit.plan.steps:
        if step.fingerprints and lost.issuperset(step.fingerprints):
            yield step


def _is_lost(finding: Finding, missing: Missing) -> bool:
    """Its own table has to be there whole: a step may read or keep all of a row. Of the other, the key has to."""
    own, *others = (sql.quote(schema or "", table or "") for schema, table in _tables(finding))
    if own in {*missing.tables, *(table for table, _ in missing.columns)}:
        return True
    key = finding.reference.columns if finding.reference is not None else ()
    return any(each in missing.tables or any((each, name) in missing.columns for name in key) for each in others)


def _tables(finding: Finding) -> Iterator[tuple[str | None, str | None]]:
    yield finding.subject.schema, finding.subject.table
    if finding.reference is not None:
        yield finding.reference.schema, finding.reference.table


def _gaps(trial: Trial) -> Iterator[str]:
    yield from trial.copy.gaps
    yield from trial.lacks
    yield from why_uncompared(*trial.states)
    lost = trial.lost
    if lost:
        yield f"steps left out, as their tables are not on the copy, or not whole: those of {', '.join(sorted(lost))}"
    for each in trial.plan.audit.findings:
        if each.violations and each.fingerprint in trial.plan.planned - trial.shown - lost:
            yield printable(f"{each.fingerprint}: the copy has no violation of it ({each.check} {each.subject})")
    if trial.before is not None and not trial.before.summary.complete:
        yield f"the audit of the copy has not seen everything: {trial.before.summary.verdict}"


def _notes(trial: Trial) -> Iterator[str]:
    plan, copy = trial.plan, trial.copy
    if trial.operator.note is not None:
        yield trial.operator.note
    for name in trial.unbuilt:
        yield printable(f"the index {name} was invalid before; dropped, it is not built again by a rollback in steps")
    yield from _notes_of_copy(plan, copy)
    if trial.others_left:
        some = "1 blocker has" if trial.others_left == 1 else f"{trial.others_left} blockers have"
        yield f"{some} no step in this plan: left as found"
    yield from (f"afterwards the audit infers of a table that no step is about: {each}" for each in trial.guesses)
    for table, name in sorted(trial.unvalidated):
        yield printable(f"{name} of {table} is called valid and is violated: it comes back NOT VALID")
    for place, more in sorted(trial.written.items()):
        yield printable(f"{'.'.join(place)} has {more:,} rows more, which triggers wrote: no rollback takes them back")
    if plan.scripts.layout == "steps":
        yield "the files of steps/ ran once, as a runner runs them: a second time was not tried"
    if not plan.scripts.back:
        yield "the plan has no rollback"


def _notes_of_copy(plan: PlanFolder, copy: Copy) -> Iterator[str]:
    if copy.major != plan.major:
        yield f"written for PostgreSQL {plan.major}, rehearsed on {copy.major}: the guards of the version were left out"
    if copy.database != plan.audit.database.name:
        yield "the copy has another name than the database: the guards of the name were left out"
    if copy.missing:
        yield from copy.missing.elsewhere
    if copy.missing and copy.missing.extensions and not any(copy.missing.gaps):
        yield f"extensions that nothing depends on are missing there: {', '.join(copy.missing.extensions)}"
    if copy.loaded is not None:
        yield from copy.loaded.notes
    if copy.sample is not None:
        yield from copy.sample.capped
