"""From answers to findings: fingerprints, witnesses, remedies as text; and the plan of the chosen remedies."""

from collections.abc import Mapping, Sequence

from auditor import remedy as remedies
from auditor.answers import Answer
from auditor.check import Facts
from auditor.connect import Session
from auditor.model import Finding, Plan, Remedy, Witness
from auditor.probe import Verdict
from auditor.remedy import PlanContext, compose, plan_of, sql_of
from auditor.scan import detection_sql, witnesses


def findings_of(found: Sequence[Answer], session: Session, facts: Facts, plan_id: str) -> tuple[Finding, ...]:
    """The findings, worst first; the keys of violating rows are fetched here, a few for each."""
    measured = [
        (each.question, each.measurement)
        for each in found
        if each.measurement is not None and not isinstance(each.question, Verdict)
    ]
    keys = witnesses(session, measured, samples=facts.config.samples)
    findings = [_finding(each, keys, facts, plan_id) for each in found]
    return tuple(sorted(findings, key=_worst_first))


def plan_for(found: Sequence[Answer], facts: Facts, plan_id: str) -> Plan:
    """One plan of every chosen remedy."""
    plans = [
        plan_of(remedy, _context(each, facts, plan_id))
        for each in found
        if each.judgement is not None
        for remedy in each.judgement.remedies
        if remedy.chosen
    ]
    return compose(Plan(id=plan_id), *plans)


def _finding(each: Answer, keys: Mapping[int, tuple[Witness, ...]], facts: Facts, plan_id: str) -> Finding:
    judgement, measured, question = each.judgement, each.measurement, each.question
    assert judgement is not None
    context = _context(each, facts, plan_id)
    return Finding(
        fingerprint=each.fingerprint,
        check=each.check.id,
        family=each.check.family,
        severity=each.severity,
        certainty=judgement.certainty,
        outcome=each.outcome,
        subject=each.subject,
        reference=each.reference.referenced if each.reference else None,
        violations=measured.violations if measured else None,
        population=measured.population if measured else None,
        exact=measured.exact if measured else True,
        witnesses=keys.get(id(question), ()),
        message=judgement.message,
        hint=judgement.hint,
        detection_sql=question.detection_sql if isinstance(question, Verdict) else detection_sql(question),
        remedies=tuple(_rendered(remedy, context) for remedy in judgement.remedies),
    )


def _rendered(remedy: remedies.Remedy, context: PlanContext) -> Remedy:
    return Remedy(kind=remedy.kind, chosen=remedy.chosen, summary=remedy.summary, sql=sql_of(plan_of(remedy, context)))


def _context(each: Answer, facts: Facts, plan_id: str) -> PlanContext:
    least = facts.config.thresholds.blocker_confidence
    return PlanContext(
        catalog=facts.catalog,
        plan_id=plan_id,
        fingerprint=each.fingerprint,
        violations=_violations(each),
        references=tuple(each for each in facts.references if not each.declared and each.confidence >= least),
    )


def _violations(each: Answer) -> int | None:
    return each.measurement.violations if each.measurement else None


def _worst_first(finding: Finding) -> tuple[object, ...]:
    return (
        -finding.severity.rank,
        -(finding.violations or 0),
        finding.check,
        str(finding.subject),
        finding.fingerprint,
    )
