"""Findings, what can be done about them, and what was not seen."""

from dataclasses import dataclass

from auditor.model.reference import ReferencedSide
from auditor.model.subject import Subject
from auditor.model.words import Certainty, Outcome, Severity, Status

Witness = dict[str, str | int | None]
"""A violating row's key, by column name: integers and uuids as they are, the rest as `--samples` allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedySql:
    """The SQL of one remedy by phase, each a text for a person to read and psql to run; None where a phase is empty."""

    fence: str | None = None
    cleanup: str | None = None
    indexes: str | None = None
    constraints: str | None = None
    verify: str | None = None
    rollback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One way to mend a finding. The plan is composed from the chosen ones; the others are shown as variants."""

    kind: str
    chosen: bool
    summary: str
    sql: RemedySql


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A defect: what, where, in how many rows of how many, and what can be done.

    `violations` and `population` are None for findings that the catalog proves without rows.
    `exact` is false where they come from a sample or an estimate.
    """

    fingerprint: str
    check: str
    family: str
    severity: Severity
    certainty: Certainty
    outcome: Outcome
    status: Status = Status.NEW
    subject: Subject
    reference: ReferencedSide | None = None
    violations: int | None = None
    population: int | None = None
    exact: bool = True
    witnesses: tuple[Witness, ...] = ()
    message: str
    hint: str = ""
    detection_sql: str | None = None
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A subject that a check did not, or not fully, see: every outcome but passed and failed.

    `check` is `*` where the subject was not seen by any check, a family's name where it concerns all of that family.
    `excused`: nobody asked for it (switched off, out of scope), or there was nothing to go by (no statistics); it is
    said, and the audit is complete all the same.
    """

    check: str
    subject: Subject
    outcome: Outcome
    reason: str
    excused: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the audit is complete in spite of it."""
        return self.excused or self.outcome.is_complete
