"""From answers to findings: fingerprints, witnesses, remedies as text; and the plan of the chosen remedies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from auditor import remedy as remedies
from auditor.check import Facts
from auditor.connect import Session
from auditor.knowledge.natural_keys import keys_to_come
from auditor.knowledge.orphans import referrals
from auditor.model import Finding, Outcome, Plan, Reference, Remedy, Witness
from auditor.probe import Verdict
from auditor.remedy import PlanContext, compose, plan_of, sql_of
from auditor.remedy.obstacles import left_violated
from auditor.remedy.operation import Fill
from auditor.remedy.remedy import emptied_by, filled_by
from auditor.results.answers import Answer, failure, without_implied
from auditor.scan import detection_sql, witnesses

Written = tuple[Finding, tuple[Plan, ...]]
"""A finding, and the plans of its chosen remedies."""


def findings_and_plan(
    answers: tuple[Answer, ...], session: Session, facts: Facts, plan_id: str
) -> tuple[tuple[Finding, ...], Plan, tuple[Answer, ...]]:
    """The findings, worst first, and one plan of every chosen remedy; and the answers as they stand then.

    The keys of violating rows that no scan brought are fetched here, a few for each finding. A remedy that fails while
    its plan is written is an error of the check on that subject, not the end of a nightly report.
    """
    found = without_implied(answers)
    written, failed = _written(found, session, facts, plan_id)
    if failed:
        now = tuple(failed.get(id(each), each) for each in answers)
        return findings_and_plan(now, session, facts, plan_id)
    findings = sorted((finding for finding, _ in written), key=_worst_first)
    return tuple(findings), compose(Plan(id=plan_id), *(plan for _, plans in written for plan in plans)), answers


def _written(
    found: Sequence[Answer], session: Session, facts: Facts, plan_id: str
) -> tuple[list[Written], dict[int, Answer]]:
    """What could be written, and the answers whose remedies failed, by the `id()` of what they were."""
    measured = [
        (each.question, each.measurement)
        for each in found
        if each.measurement is not None and not isinstance(each.question, Verdict)
    ]
    keys = witnesses(session, measured, samples=facts.config.samples)
    context = _context(found, facts, plan_id)
    written, failed = [], {}
    for each in found:
        try:
            own = replace(context, fingerprint=each.fingerprint, violations=_violations(each))
            plans = [(remedy, plan_of(remedy, own)) for remedy in _remedies(each)]
            finding = _finding(each, keys, plans)
            written.append((finding, tuple(plan for remedy, plan in plans if remedy.chosen)))
        except Exception as error:
            failed[id(each)] = replace(each, outcome=Outcome.ERROR, reason=failure(error), judgement=None)
    return written, failed


def _context(found: Sequence[Answer], facts: Facts, plan_id: str) -> PlanContext:
    """What the plans of all findings may look at, but for what is a finding's own."""
    context = PlanContext(
        catalog=facts.catalog,
        plan_id=plan_id,
        fingerprint="",
        referrals=referrals(facts, frozenset(_chosen_references(found))),
        broken=frozenset(_broken_keys(found)),
        stuck=frozenset(_stuck(found)),
        fills=tuple(_fills(found)),
        emptied=frozenset(_emptied(found)),
        keys_to_come=tuple(keys_to_come(facts)),
    )
    return replace(context, stuck=context.stuck | left_violated(context))


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


def _fills(found: Sequence[Answer]) -> Iterator[Fill]:
    for each in found:
        if _violations(each):
            yield from chain(*(filled_by(remedy) for remedy in _remedies(each) if remedy.chosen))


def _chosen_references(found: Sequence[Answer]) -> Iterator[Reference]:
    """Those that a remedy may declare: a guess is one of them where the configuration chooses its remedy."""
    for each in found:
        if each.reference is not None and any(remedy.chosen for remedy in _remedies(each)):
            yield each.reference


def _emptied(found: Sequence[Answer]) -> Iterator[tuple[str, str, str]]:
    for each in found:
        yield from chain(*(emptied_by(remedy) for remedy in _remedies(each) if remedy.chosen))


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
