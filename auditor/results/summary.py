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
    TableSize,
)
from auditor.results.answers import EMPTY, Answer
from auditor.results.limits import NOT_ANALYSED

CLEAN, FOUND, INCOMPLETE = 0, 1, 3

_NOUNS = {Severity.BLOCKER: "blocker", Severity.WARNING: "warning", Severity.ADVICE: "piece of advice"}


def summarise(
    answers: Iterable[Answer],
    findings: tuple[Finding, ...],
    coverage: tuple[Coverage, ...],
    constraints: tuple[Readiness, ...],
    tables: tuple[TableSize, ...],
) -> Summary:
    """Counts and the sentences that the report opens with."""
    severities = Counter(finding.severity for finding in findings)
    outcomes = Counter(each.outcome for each in answers)
    complete = all(entry.is_complete for entry in coverage)
    sentences = (
        *_blocked(constraints),
        *_unseen(coverage, len(tables)),
        *_found(severities, tables, complete=complete),
        *_empty(coverage, len(tables)),
        *_not_analysed(coverage),
    )
    return Summary(
        verdict=" ".join(sentences),
        complete=complete,
        by_severity={severity: severities[severity] for severity in Severity},
        by_outcome={outcome: outcomes[outcome] for outcome in Outcome},
    )


def _blocked(constraints: Iterable[Readiness]) -> Iterator[str]:
    """How many constraints wait, and for how many rows; a row may stand in the way of several."""
    rows = list(constraints)
    blocked = [row for row in rows if row.state == "blocked"]
    if blocked:
        violations = sum(row.violations or 0 for row in blocked)
        most = "up to " if len(blocked) > 1 else ""
        yield (
            f"{len(blocked):,} of {_counted(len(rows), 'possible constraint')} cannot be added yet: "
            f"{most}{_counted(violations, 'row')} {'stands' if violations == 1 else 'stand'} in the way."
        )


def _found(severities: Counter[Severity], tables: tuple[TableSize, ...], *, complete: bool) -> Iterator[str]:
    found = ", ".join(_counted(severities[each], noun) for each, noun in _NOUNS.items() if severities[each])
    if found:
        yield f"{found}."
    elif not tables:
        yield "There was nothing to audit: no table is in scope."
    elif not complete:
        yield "Nothing found in what was seen."
    else:
        yield f"Nothing found in {_counted(len(tables), 'table')}{_with_rows(tables)}."


def _with_rows(tables: Iterable[TableSize]) -> str:
    sizes = [(table.rows, table.exact) for table in tables]
    known = [rows for rows, _ in sizes if rows is not None]
    about = "" if all(exact for _, exact in sizes) else "about "
    return f" with {about}{_counted(sum(known), 'row')}" if sum(known) and len(known) == len(sizes) else ""


def _unseen(coverage: Iterable[Coverage], tables: int) -> Iterator[str]:
    unseen = [entry for entry in coverage if not entry.is_complete]
    if unseen and tables:
        number = _tables(unseen)
        where = (
            f"{number:,} of {_counted(tables, 'table')} only in part or not at all" if number else "see what, and why"
        )
        yield f"Not everything was seen: {where}."


def _empty(coverage: Iterable[Coverage], tables: int) -> Iterator[str]:
    empty = _tables(entry for entry in coverage if entry.reason == EMPTY)
    if empty:
        verb = "is" if empty == 1 else "are"
        yield f"{empty:,} of {_counted(tables, 'table')} {verb} empty: nothing is proved of rows to come."


def _not_analysed(coverage: Iterable[Coverage]) -> Iterator[str]:
    bare = _tables(entry for entry in coverage if entry.reason == NOT_ANALYSED)
    if bare:
        verb = "has" if bare == 1 else "have"
        yield f"{_counted(bare, 'table')} {verb} no statistics: keys are inferred once ANALYZE has run."


def _tables(entries: Iterable[Coverage]) -> int:
    places = {(entry.subject.schema, entry.subject.table) for entry in entries}
    return sum(table is not None for _, table in places)


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
