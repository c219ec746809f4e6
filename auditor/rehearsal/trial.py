"""The trial: a plan applied to a copy, verified, audited again, applied again, rolled back, and all of it compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from time import monotonic

import psycopg

from auditor import sql, wiring
from auditor.config import Config
from auditor.errors import AuditorError
from auditor.model import Audit, Certainty, Finding, Phase, Severity, Step, printable
from auditor.rehearsal.comparison import (
    differences,
    failed_builds_dropped,
    grown,
    keys_no_longer_valid,
    with_keys_not_valid,
    with_rows_of,
    without_indexes,
)
from auditor.rehearsal.copying import Copy
from auditor.rehearsal.folder import PlanFolder
from auditor.rehearsal.identity import Name, Snapshot, has_triggers, snapshot_of
from auditor.rehearsal.operator import Operator
from auditor.rehearsal.scripts import Script, Scripts
from auditor.rehearsal.verification import refusals
from auditor.remedy.guards import is_server_step

# A function, a type, a column, a relation is not there: where the copy lacks some, that says nothing of the plan.
_LACKING = ("42883", "42704", "42703", "42P01")


@dataclass
class Trial:
    """One trial of a plan, and what has come of it so far."""

    plan: PlanFolder
    copy: Copy
    config: Config
    operator: Operator
    left_out: tuple[Step, ...] = ()
    failures: list[str] = field(default_factory=list)
    applied_s: float | None = None
    rolled_back_s: float | None = None
    blockers_left: int | None = None
    others_left: int = 0
    guesses: tuple[str, ...] = ()
    unvalidated: frozenset[tuple[str, str]] = frozenset()
    written: dict[Name, int] = field(default_factory=dict)
    lacks: list[str] = field(default_factory=list)
    unbuilt: tuple[str, ...] = ()
    before: Audit | None = None
    shown: frozenset[str] = frozenset()
    states: list[Snapshot] = field(default_factory=list)
    scripts: Scripts = field(init=False)

    def __post_init__(self) -> None:
        """Scripts hold what is not left out."""
        self.scripts = self.plan.scripts_without(self.left_out)

    @property
    def lost(self) -> frozenset[str]:
        """The fingerprints whose steps are left out."""
        return frozenset(each for step in self.left_out if not is_server_step(step) for each in step.fingerprints)

    def run(self) -> None:
        """All of it; where the plan stops, it is rolled back and compared all the same."""
        as_it_was = self._state()
        self.before = wiring.run(self.copy.dsn, config=self.config)
        self.shown = self._violated_before()
        self._refuse_clean()
        if self._apply():
            self._look_again()
            applied = self._state()
            if self.scripts.layout != "steps" and self._apply(again=True):  # a runner has noted its files
                self._compare("applied a second time", applied)
        if self._roll_back():
            state = self._state()
            self.unvalidated = keys_no_longer_valid(as_it_was, state) & self._violated_keys()
            self.written = self._written_by_triggers(as_it_was, state)
            expected = with_rows_of(with_keys_not_valid(as_it_was, self.unvalidated), state, self.written)
            if self.scripts.layout == "steps":  # a build that has to fail would stop the runner
                self.unbuilt = failed_builds_dropped(expected, state)
                expected = without_indexes(expected, self.unbuilt)
            self.failures += [f"rolled back: {each}" for each in differences(expected, state)]

    def _refuse_clean(self) -> None:
        """Such a copy shows nothing of the plan; where somebody applied it, the rollback would undo that."""
        if self.copy.loaded is None and self.before is not None and not self.shown & self.plan.planned:
            seen = "" if self.before.summary.complete else f" (of what was seen: {self.before.summary.verdict})"
            raise AuditorError(
                f"{self.copy.place} has none of what the plan is to mend{seen}; nothing was changed",
                "name a copy of the database as it was audited, to which the plan was not applied",
            )

    def _violated_before(self) -> frozenset[str]:
        """The fingerprints of findings that the copy shows: found by the audit, or refused by the verification."""
        assert self.before is not None
        steps = self._steps(Phase.VERIFY)
        refused = frozenset(each for step, _ in refusals(self.copy.dsn, steps) for each in step.fingerprints)
        return refused | frozenset(each.fingerprint for each in self.before.findings)

    def _apply(self, *, again: bool = False) -> bool:
        started = monotonic()
        done = all(self._runs(each, "the second time " if again else "") for each in self.scripts.forward)
        if done and not again:
            self.applied_s = round(monotonic() - started, 3)
        return done

    def _look_again(self) -> None:
        """What the plan is to mend is gone, and nothing new is in the way."""
        assert self.before is not None
        known = {each.fingerprint for each in (*self.before.findings, *self.plan.audit.findings)} - self.plan.planned
        after = wiring.run(self.copy.dsn, config=self.config)
        blockers = [
            each for each in after.findings if each.severity is Severity.BLOCKER and each.fingerprint not in self.lost
        ]
        left = [each for each in blockers if each.fingerprint not in known]
        guessed = [each for each in left if self._is_guess_elsewhere(each)]
        self.guesses = tuple(_told(each) for each in guessed)
        left = [each for each in left if each not in guessed]
        self.blockers_left, self.others_left = len(left), len(blockers) - len(left) - len(guessed)
        for each in left:
            word = "is left" if each.fingerprint in self.plan.planned else "is new"
            self.failures.append(f"a blocker {word}: {_told(each)}")

    def _is_guess_elsewhere(self, finding: Finding) -> bool:
        """Whether it is inferred, and about a table that no step is about: what triggers logged may look like one."""
        place = (finding.subject.schema or "", finding.subject.table or "")
        return finding.certainty is Certainty.INFERRED and place not in self._concerned()

    def _concerned(self, *, rows: bool = False) -> frozenset[Name]:
        planned = [each for each in self.plan.audit.findings if each.fingerprint in self.plan.planned]
        subjects = [each.subject for each in planned if each.violations or not rows]
        return frozenset((subject.schema or "", subject.table or "") for subject in subjects)

    def _roll_back(self) -> bool:
        started = monotonic()
        if not self.scripts.back or not all(map(self._runs, self.scripts.back)):
            return False
        self.rolled_back_s = round(monotonic() - started, 3)
        return True

    def _written_by_triggers(self, before: Snapshot, after: Snapshot) -> dict[Name, int]:
        """Tables whose rows no step is about and that have more of them than before: no rollback takes back what
        triggers of the team's own write elsewhere."""
        with psycopg.connect(self.copy.dsn, autocommit=True) as connection:
            if not has_triggers(connection):
                return {}
        concerned = self._concerned(rows=True)
        return {table: more for table, more in grown(before, after).items() if table not in concerned}

    def _violated_keys(self) -> frozenset[tuple[str, str]]:
        """Constraints that rows violate: one that is called valid all the same cannot come back so."""
        subjects = [each.subject for each in self.plan.audit.findings if each.violations]
        return frozenset(
            (sql.quote(each.schema or "", each.table or ""), each.name or "")
            for each in subjects
            if each.kind == "constraint"
        )

    def _compare(self, when: str, expected: Snapshot) -> None:
        state = self._state()
        expected = with_rows_of(expected, state, self._written_by_triggers(expected, state))
        self.failures += [f"{when}: {each}" for each in differences(expected, state)]

    def _runs(self, script: Script, when: str = "") -> bool:
        refusal = script.run(self.operator.dsn(self.copy.dsn, self.plan.audit.plan.id), self.copy.programs)
        if refusal is not None:
            said = refusal.told(values=self.config.samples == "raw")
            stop = f"{printable(script.place(refusal.line))} stops {when}with: {said}"
            lacking = self.copy.missing is not None and self.copy.missing.objects and refusal.code in _LACKING
            (self.lacks if lacking else self.failures).append(stop)
        return refusal is None

    def _steps(self, phase: Phase) -> tuple[Step, ...]:
        return tuple(step for step in self.plan.steps(phase) if step not in self.left_out)

    def _state(self) -> Snapshot:
        with psycopg.connect(self.copy.dsn, autocommit=True) as connection:
            state = snapshot_of(connection, partial(self.copy.programs.dump, self.copy.dsn))
        self.states.append(state)
        return state


def _told(finding: Finding) -> str:
    return printable(f"{finding.fingerprint} {finding.check}: {finding.message}")
