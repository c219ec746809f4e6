"""An audit in the order in which it is read: the worst first, the same thing said once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.model import Audit, Coverage, Finding, Outcome, Severity, Subject, printable

_OUTCOMES = (Outcome.HIDDEN, Outcome.ERROR, Outcome.SKIPPED, Outcome.ESTIMATED, Outcome.VACUOUS, *Outcome)


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
    """What was not seen for one reason, which says `the table` where each entry's own table is meant."""

    outcome: Outcome
    reason: str
    coverage: tuple[Coverage, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """Each table once: by its name, or as the one subject that is meant in it."""
        subjects: dict[tuple[str | None, str | None], dict[Subject, None]] = {}
        for each in self.coverage:
            subjects.setdefault((each.subject.schema, each.subject.table), {})[each.subject] = None
        return tuple(str(_one_of(tuple(members))) for members in subjects.values())

    @property
    def checks(self) -> tuple[str, ...]:
        """The checks that did not see it; none where no check did."""
        checks = dict.fromkeys(each.check for each in self.coverage)
        return () if "*" in checks else tuple(checks)


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
    """What was asked for and not seen, by outcome and reason; the largest groups first within an outcome."""
    return _coverage_groups(each for each in audit.coverage if not each.is_complete)


def partly_seen_groups(audit: Audit) -> tuple[UnseenGroup, ...]:
    """What was seen, but as a sample, or without a row to look at; and what nobody asked for."""
    return _coverage_groups(each for each in audit.coverage if each.is_complete)


def _coverage_groups(entries: Iterable[Coverage]) -> tuple[UnseenGroup, ...]:
    groups: dict[tuple[Outcome, str], list[Coverage]] = {}
    for each in entries:
        groups.setdefault((each.outcome, _general(each)), []).append(each)
    arranged = (UnseenGroup(outcome, reason, tuple(members)) for (outcome, reason), members in groups.items())
    return tuple(
        sorted(arranged, key=lambda group: (_OUTCOMES.index(group.outcome), -len(group.coverage), group.reason))
    )


def _general(entry: Coverage) -> str:
    """The reason without the name of the entry's own table, so that equal reasons are one."""
    subject = entry.subject
    own = printable(f"{subject.schema}.{subject.table}")
    if subject.table is None or f"{own}(" in entry.reason:
        return entry.reason
    return re.sub(rf"(?<![^\s]){re.escape(own)}(?![^\s])", "the table", entry.reason)


def _one_of(subjects: tuple[Subject, ...]) -> Subject:
    first = subjects[0]
    if len(subjects) == 1 or first.table is None:
        return first
    return Subject(kind="table", schema=first.schema, table=first.table)
