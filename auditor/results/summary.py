"""The verdict: what the audit comes to, in words and as counts, and the exit code that follows from it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from auditor.check import Check
from auditor.model import (
    Audit,
    CheckSummary,
    Coverage,
    Finding,
    Outcome,
    Readiness,
    Severity,
    Summary,
)
from auditor.results.answers import EMPTY, Answer

CLEAN, FOUND, INCOMPLETE = 0, 1, 3

_NOUNS = {Severity.BLOCKER: "blocker", Severity.WARNING: "warning", Severity.ADVICE: "piece of advice"}


def summarise(
    answers: Iterable[Answer],
    findings: tuple[Finding, ...],
    coverage: tuple[Coverage, ...],
    constraints: tuple[Readiness, ...],
) -> Summary:
    """Counts and the sentence that the report opens with."""
    severities = Counter(finding.severity for finding in findings)
    outcomes = Counter(each.outcome for each in answers)
    unseen = [entry for entry in coverage if not entry.outcome.is_complete]
    return Summary(
        verdict=" ".join(_sentences(severities, constraints, coverage)),
        complete=not unseen,
        by_severity={severity: severities[severity] for severity in Severity},
        by_outcome={outcome: outcomes[outcome] for outcome in Outcome},
    )


def _sentences(
    severities: Counter[Severity], constraints: tuple[Readiness, ...], coverage: tuple[Coverage, ...]
) -> Iterator[str]:
    found = ", ".join(_counted(severities[each], noun) for each, noun in _NOUNS.items() if severities[each])
    yield f"{found}." if found else "Nothing found."
    blocked = sum(row.state == "blocked" for row in constraints)
    if blocked:
        yield f"{blocked:,} of {_counted(len(constraints), 'possible constraint')} cannot be added yet."
    unseen = _tables(entry for entry in coverage if not entry.outcome.is_complete)
    if unseen:
        yield f"Not everything was seen: {_counted(unseen, 'table')} only in part or not at all."
    empty = _tables(entry for entry in coverage if entry.reason == EMPTY)
    if empty:
        yield f"{_counted(empty, 'table')} {'is' if empty == 1 else 'are'} empty: nothing is known of rows to come."


def _tables(entries: Iterable[Coverage]) -> int:
    return len({(entry.subject.schema, entry.subject.table) for entry in entries})


def _counted(number: int, noun: str) -> str:
    plural = noun.replace("piece ", "pieces ") if noun.startswith("piece ") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def checks_of(checks: Iterable[Check], answers: Iterable[Answer]) -> tuple[CheckSummary, ...]:
    """How many subjects of each check came out how; checks that had nothing to look at are listed with no outcome."""
    counts: dict[str, Counter[Outcome]] = {}
    for each in answers:
        counts.setdefault(each.check.id, Counter())[each.outcome] += 1
    return tuple(
        CheckSummary(
            id=check.id,
            family=check.family,
            summary=check.summary,
            outcomes=dict(sorted(counts.get(check.id, Counter()).items())),
        )
        for check in checks
    )


def exit_code(audit: Audit, fail_on: str) -> int:
    """3 where something asked for was not seen; else 1 with findings at or above `fail_on`; else 0."""
    if not audit.summary.complete:
        return INCOMPLETE
    return FOUND if findings_at(audit, fail_on) else CLEAN


def findings_at(audit: Audit, fail_on: str) -> int:
    """How many findings are at or above that severity; none for `never`."""
    if fail_on == "never":
        return 0
    return sum(finding.severity.rank >= Severity(fail_on).rank for finding in audit.findings)
