"""From answers to findings: fingerprints, witnesses, remedies as text; and the plan of the chosen remedies."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from auditor import remedy as remedies
from auditor.check import Facts
from auditor.connect import Session
from auditor.knowledge.orphans import referrals
from auditor.model import Finding, Plan, Remedy, Witness
from auditor.probe import Verdict
from auditor.remedy import PlanContext, compose, plan_of, sql_of
from auditor.results.answers import Answer
from auditor.scan import detection_sql, witnesses


def findings_and_plan(
    found: Sequence[Answer], session: Session, facts: Facts, plan_id: str
) -> tuple[tuple[Finding, ...], Plan]:
    """The findings, worst first, and one plan of every chosen remedy.

    The keys of violating rows that no scan brought are fetched here, a few for each finding.
    """
    measured = [
        (each.question, each.measurement)
        for each in found
        if each.measurement is not None and not isinstance(each.question, Verdict)
    ]
    keys = witnesses(session, measured, samples=facts.config.samples)
    trusted, broken, stuck = referrals(facts), frozenset(_broken_keys(found)), frozenset(_stuck(found))
    findings, chosen = [], [Plan(id=plan_id)]
    for each in found:
        context = PlanContext(
            catalog=facts.catalog,
            plan_id=plan_id,
            fingerprint=each.fingerprint,
            violations=_violations(each),
            referrals=trusted,
            broken=broken,
            stuck=stuck,
        )
        plans = [(remedy, plan_of(remedy, context)) for remedy in _remedies(each)]
        findings.append(_finding(each, keys, plans))
        chosen += [plan for remedy, plan in plans if remedy.chosen]
    return tuple(sorted(findings, key=_worst_first)), compose(*chosen)


def _remedies(each: Answer) -> tuple[remedies.Remedy, ...]:
    return each.judgement.remedies if each.judgement is not None else ()


def _finding(
    each: Answer, keys: Mapping[int, tuple[Witness, ...]], plans: Sequence[tuple[remedies.Remedy, Plan]]
) -> Finding:
    judgement, measured, question = each.judgement, each.measurement, each.question
    assert judgement is not None
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
        remedies=tuple(
            Remedy(kind=remedy.kind, chosen=remedy.chosen, summary=remedy.summary, sql=sql_of(plan))
            for remedy, plan in plans
        ),
    )


def _broken_keys(found: Sequence[Answer]) -> Iterator[tuple[str, str, str]]:
    for each in found:
        subject = each.subject
        if each.reference is not None and each.reference.declared and _violations(each):
            assert subject.schema is not None
            assert subject.table is not None
            yield subject.schema, subject.table, subject.name or ""


def _stuck(found: Sequence[Answer]) -> Iterator[tuple[str, str, str]]:
    for each in found:
        if _violations(each):
            validated = [(remedy.chosen, remedies.validated_by(remedy)) for remedy in _remedies(each)]
            mended = {*chain(*(names for is_chosen, names in validated if is_chosen))}
            yield from {*chain(*(names for _, names in validated))} - mended


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
