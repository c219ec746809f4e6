"""The readiness matrix: which constraints could be added now, and what stands in the way of the others."""

from collections.abc import Iterable, Mapping

from auditor.model import ConstraintState, Outcome, Phase, Plan, Readiness, Subject
from auditor.probe import Proposed
from auditor.results.answers import Answer

_IN_THE_WAY = {
    "foreign-key": ("refers to no row", "refer to no row"),
    "not-null": ("is NULL", "are NULL"),
    "unique": ("shares a key", "share a key"),
    "check": ("breaks it", "break it"),
    "row-security": ("is reached", "are reached"),
    "index": ("shares a key", "share a key"),
}
_RANK: dict[ConstraintState, int] = {"blocked": 0, "unknown": 1, "ready": 2}


def readiness_of(answers: Iterable[Answer], plan: Plan) -> tuple[Readiness, ...]:
    """One row for each proposed constraint, intended and blocked ones first.

    Where several checks decide about the same constraint, the worst of them counts and their findings are united.
    """
    files = _files(plan)
    rows: dict[tuple[str, Subject, str], Readiness] = {}
    for each in answers:
        if each.proposes is not None:
            row = _row(each, each.proposes, files)
            # A key that is intended is not another on the same column, which nobody has asked for.
            asked = row.definition if row.kind == "unique" and row.intended else ""
            known = rows.get((row.kind, row.subject, asked))
            rows[row.kind, row.subject, asked] = row if known is None else _worse(known, row)
    return tuple(sorted(rows.values(), key=_order))


def _row(each: Answer, proposed: Proposed, files: Mapping[str, str]) -> Readiness:
    measured = each.measurement
    fingerprint = each.fingerprint if each.judgement else None
    return Readiness(
        kind=proposed.kind,
        subject=proposed.subject,
        definition=proposed.definition,
        state=_state(each),
        intended=proposed.intended,
        violations=_violations(each),
        population=measured.population if measured else None,
        reason=_reason(each, proposed),
        lock=proposed.lock,
        file=files.get(fingerprint) if fingerprint else None,
        findings=(fingerprint,) if fingerprint else (),
    )


def _state(each: Answer) -> ConstraintState:
    if not each.outcome.is_complete:
        return "unknown"
    if _violations(each):
        return "blocked"
    return "unknown" if each.outcome is Outcome.ESTIMATED else "ready"


def _reason(each: Answer, proposed: Proposed) -> str:
    """What stands in the way, in words; why it is unknown; what is not proved though nothing stands in the way."""
    if each.outcome is Outcome.VACUOUS:
        return f"{each.reason}: nothing is proved"
    if _state(each) != "blocked" or each.measurement is None:
        return each.reason
    one, several = _IN_THE_WAY[proposed.kind]
    number = _violations(each)
    return f"1 row {one}" if number == 1 else f"{number:,} rows {several}"


def _violations(each: Answer) -> int | None:
    """How many rows stand in the way: orphans of every kind, whichever the answer is about."""
    return each.measurement.in_the_way if each.measurement else None


def _worse(one: Readiness, other: Readiness) -> Readiness:
    worst, better = sorted((one, other), key=lambda row: (_RANK[row.state], -(row.violations or 0)))
    return Readiness(
        kind=worst.kind,
        subject=worst.subject,
        definition=worst.definition,
        state=worst.state,
        intended=worst.intended or better.intended,
        violations=worst.violations if worst.violations is not None else better.violations,
        population=worst.population if worst.population is not None else better.population,
        reason=worst.reason,
        lock=worst.lock,
        file=worst.file or better.file,
        findings=tuple(dict.fromkeys((*worst.findings, *better.findings))),
    )


def _files(plan: Plan) -> dict[str, str]:
    """By fingerprint, the file that adds the constraint: that of a step of the finding, constraints before indexes."""
    return {
        fingerprint: phase.file
        for phase in (Phase.INDEXES, Phase.CONSTRAINTS)
        for step in plan.steps
        if step.phase is phase
        for fingerprint in step.fingerprints
    }


def _order(row: Readiness) -> tuple[object, ...]:
    return (not row.intended, _RANK[row.state], -(row.violations or 0), row.kind, str(row.subject))
