"""An audit in the order in which it is read: the worst first, the same thing said once."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.model import Audit, Coverage, Finding, Outcome, Severity


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one check at one severity, the most violations first."""

    severity: Severity
    check: str
    findings: tuple[Finding, ...]

    @property
    def tables(self) -> int:
        """How many tables the findings are about."""
        return len({(each.subject.schema, each.subject.table) for each in self.findings})


@dataclass(frozen=True, slots=True)
class UnseenGroup:
    """What was not seen for one reason; each subject once, with `*` or the checks that did not see it."""

    outcome: Outcome
    reason: str
    coverage: tuple[Coverage, ...]


def finding_groups(findings: Sequence[Finding]) -> tuple[FindingGroup, ...]:
    """The findings by severity and check: severe groups first, then those with the most violations."""
    groups: dict[tuple[Severity, str], list[Finding]] = {}
    for each in findings:
        groups.setdefault((each.severity, each.check), []).append(each)
    arranged = (
        FindingGroup(severity, check, tuple(sorted(members, key=_weight)))
        for (severity, check), members in groups.items()
    )
    return tuple(
        sorted(arranged, key=lambda group: (-group.severity.rank, _weight(group.findings[0])[:2], group.check))
    )


def _weight(finding: Finding) -> tuple[bool, int, str]:
    """What the catalog proves without rows stands before what was counted: it concerns every row."""
    return finding.violations is not None, -(finding.violations or 0), str(finding.subject)


def unseen_groups(audit: Audit) -> tuple[UnseenGroup, ...]:
    """What was not seen, by outcome and reason; the largest groups first within an outcome."""
    return _coverage_groups(audit, (Outcome.HIDDEN, Outcome.ERROR, Outcome.SKIPPED))


def partly_seen_groups(audit: Audit) -> tuple[UnseenGroup, ...]:
    """What was seen, but as a sample, or without a row to look at."""
    return _coverage_groups(audit, (Outcome.ESTIMATED, Outcome.VACUOUS))


def _coverage_groups(audit: Audit, outcomes: tuple[Outcome, ...]) -> tuple[UnseenGroup, ...]:
    groups: dict[tuple[Outcome, str], list[Coverage]] = {}
    for each in audit.coverage:
        if each.outcome in outcomes:
            groups.setdefault((each.outcome, each.reason), []).append(each)
    arranged = (UnseenGroup(outcome, reason, tuple(members)) for (outcome, reason), members in groups.items())
    return tuple(
        sorted(arranged, key=lambda group: (outcomes.index(group.outcome), -len(group.coverage), group.reason))
    )
