"""`verify`: what a plan has left of its findings in the database that it was run on."""

from __future__ import annotations

from dataclasses import dataclass

from auditor import wiring
from auditor.config import Config
from auditor.model import Audit, Finding, Phase, Severity
from auditor.rehearsal.folder import PlanFolder
from auditor.rehearsal.verification import refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """`refused` are the plan's verification steps that do not hold; `gone` and `left` the findings that it has steps
    for; `new` those that its audit did not have."""

    refused: tuple[str, ...]
    gone: tuple[Finding, ...]
    left: tuple[Finding, ...]
    new: tuple[Finding, ...]
    audit: Audit

    @property
    def is_proved(self) -> bool:
        """Whether all holds that the plan is for, and nothing new is in the way."""
        return not self.refused and not any(each.severity is Severity.BLOCKER for each in (*self.left, *self.new))


def look_after(plan: PlanFolder, dsn: str, config: Config) -> Aftermath:
    """Audits afresh, runs the plan's verification in read-only transactions, and compares."""
    audit = wiring.run(dsn, config=config)
    found = {each.fingerprint for each in audit.findings}
    known = {each.fingerprint for each in plan.audit.findings}
    planned = [each for each in plan.audit.findings if each.fingerprint in plan.planned]
    return Aftermath(
        refused=tuple(said for _, said in refusals(dsn, plan.steps(Phase.VERIFY))),
        gone=tuple(each for each in planned if each.fingerprint not in found),
        left=tuple(each for each in audit.findings if each.fingerprint in plan.planned),
        new=tuple(each for each in audit.findings if each.fingerprint not in known),
        audit=audit,
    )
