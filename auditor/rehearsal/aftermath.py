"""`verify`: what a plan has left of its findings in the database that it was run on."""

from __future__ import annotations

from dataclasses import dataclass

from auditor import wiring
from auditor.config import Config
from auditor.model import Audit, Finding, Phase, Severity
from auditor.rehearsal.folder import PlanFolder
from auditor.rehearsal.verification import refusals

# What coverage calls every check, and the search for references.
_ALL = ("*", "references")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """`refused` are the plan's verification steps that do not hold; `gone` and `left` the findings that it has steps
    for, `unseen` those of them that nobody can tell of; `new` those that its audit did not have."""

    refused: tuple[str, ...]
    gone: tuple[Finding, ...]
    left: tuple[Finding, ...]
    unseen: tuple[Finding, ...]
    new: tuple[Finding, ...]
    audit: Audit

    @property
    def is_complete(self) -> bool:
        """Whether everything was seen that was asked for."""
        return self.audit.summary.complete and not self.unseen

    @property
    def is_proved(self) -> bool:
        """Whether all holds that the plan is for, and nothing new is in the way."""
        return not self.refused and not any(each.severity is Severity.BLOCKER for each in (*self.left, *self.new))


def look_after(plan: PlanFolder, dsn: str, config: Config) -> Aftermath:
    """Audits afresh, runs the plan's verification in read-only transactions, and compares."""
    audit = wiring.run(dsn, config=config)
    found = {each.fingerprint for each in audit.findings}
    known = {each.fingerprint for each in plan.audit.findings}
    planned = [each for each in plan.audit.findings if each.fingerprint in plan.planned - found]
    unseen = tuple(each for each in planned if not _is_seen(each, plan.audit, audit))
    return Aftermath(
        refused=tuple(said for _, said in refusals(dsn, plan.steps(Phase.VERIFY))),
        gone=tuple(each for each in planned if each not in unseen),
        left=tuple(each for each in audit.findings if each.fingerprint in plan.planned),
        unseen=unseen,
        new=tuple(each for each in audit.findings if each.fingerprint not in known),
        audit=audit,
    )


def _is_seen(finding: Finding, before: Audit, now: Audit) -> bool:
    """Whether its tables are there, and the audit looked at them: it does not find what it may not read."""
    places = _places(finding)
    there = ({(each.schema, each.table) for each in audit.tables} for audit in (before, now))
    lost = set.difference(*there)
    return not places & lost and not any(
        not each.excused
        and each.check in (finding.check, *_ALL)
        and (each.subject.schema, each.subject.table) in places
        for each in now.coverage
    )


def _places(finding: Finding) -> frozenset[tuple[str | None, str | None]]:
    reference = finding.reference
    other = () if reference is None else ((reference.schema, reference.table),)
    return frozenset(((finding.subject.schema, finding.subject.table), *other))
