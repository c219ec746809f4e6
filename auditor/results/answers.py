"""What came of each question: a check's probe or verdict, its outcome, and what the check says of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from traceback import walk_tb

from auditor.catalog import Catalog
from auditor.check import Check, Facts
from auditor.errors import AuditorError
from auditor.model import Outcome, Reference, Severity, Subject, fingerprint
from auditor.planner import lightened
from auditor.probe import Judgement, KeyProbe, Measurement, Probe, Proposed, Verdict
from auditor.scan import Unseen

EMPTY = "the table is empty"
UNREAD = "it was locked or changed while its definition was read"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One subject seen (or not) by one check. `measurement` is None for verdicts and for what was not seen."""

    check: Check
    question: Probe | Verdict
    outcome: Outcome
    reason: str = ""
    measurement: Measurement | None = None
    judgement: Judgement | None = None

    @property
    def subject(self) -> Subject:
        """What the question is about."""
        return self.question.subject

    @property
    def proposes(self) -> Proposed | None:
        """The constraint that the question decides about."""
        return self.question.proposes

    @property
    def reference(self) -> Reference | None:
        """The reference that the question is about."""
        return self.question.reference

    @property
    def fingerprint(self) -> str:
        """The identity of the finding that this is, or would be."""
        return fingerprint(self.check.id, self.subject, self.judgement.parameters if self.judgement else ())

    @property
    def severity(self) -> Severity:
        """The judgement's severity, else the check's."""
        return (self.judgement and self.judgement.severity) or self.check.severity


Asked = tuple[Check, Probe | Verdict]


def ask(checks: Iterable[Check], facts: Facts) -> tuple[tuple[Asked, ...], tuple[Answer, ...]]:
    """What the checks want to know, or know already; and an answer for each check that failed while it was asked.

    A rule that fails is an error of the check, not the end of a nightly report: what it had asked for is kept. An
    AuditorError is raised: the configuration is wrong.
    """
    asked: list[Asked] = []
    failed = []
    for check in checks:
        try:
            for question in check(facts):  # one by one: what was asked before the failure is kept
                asked += [(check, question if isinstance(question, Verdict) else lightened(question))]
        except AuditorError:
            raise
        except Exception as error:
            verdict = Verdict(subject=Subject(kind="database"))
            failed.append(Answer(check=check, question=verdict, outcome=Outcome.ERROR, reason=failure(error)))
    return tuple(asked), tuple(failed)


def failure(error: Exception) -> str:
    """Where a check failed, without the error's own text: that may hold values."""
    *_, (frame, line) = walk_tb(error.__traceback__)
    return f"the check failed: {type(error).__name__} in {frame.f_globals.get('__name__')}, line {line}"


def answer(
    check: Check, question: Probe | Verdict, measured: Mapping[int, Measurement | Unseen], catalog: Catalog
) -> Answer:
    """The answer to one question; `measured` holds what the scans brought, by the probe's `id()`.

    A rule that fails on what was measured is an error on that subject, not the end of a nightly report.
    """
    if isinstance(question, Verdict):
        return _of_verdict(check, question, catalog)
    result = measured[id(question)]
    if isinstance(result, Unseen):
        return Answer(check=check, question=question, outcome=result.outcome, reason=result.reason)
    if result.population == 0 and not (isinstance(question, KeyProbe) and question.proven):
        reason = EMPTY if result.rows == 0 else "no row is concerned"
        return Answer(check=check, question=question, outcome=Outcome.VACUOUS, reason=reason, measurement=result)
    try:
        judgement = question.judge(result)
    except Exception as error:
        return Answer(check=check, question=question, outcome=Outcome.ERROR, reason=failure(error))
    outcome = Outcome.PASSED if judgement is None else Outcome.FAILED if result.exact else Outcome.ESTIMATED
    return Answer(check=check, question=question, outcome=outcome, measurement=result, judgement=judgement)


def _of_verdict(check: Check, verdict: Verdict, catalog: Catalog) -> Answer:
    """What the catalog proves stands; that it proves nothing says little of a table that was not read whole."""
    subject = verdict.subject
    table = catalog.table(subject.schema or "", subject.table or "")
    if verdict.judgement is None and table is not None and table.unread:
        return Answer(check=check, question=verdict, outcome=Outcome.ERROR, reason=UNREAD)
    outcome = Outcome.PASSED if verdict.judgement is None else Outcome.FAILED
    return Answer(check=check, question=verdict, outcome=outcome, judgement=verdict.judgement)


def without_implied(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """The answers that are findings, less those that another finding on the same subject says already."""
    found = tuple(each for each in answers if each.judgement is not None)
    said = {(implied, _place(each.subject)) for each in found for implied in each.check.implies}
    return tuple(each for each in found if (each.check.id, _place(each.subject)) not in said)


def _place(subject: Subject) -> tuple[object, ...]:
    """A subject without its kind and name: a column and a key on it are one place."""
    return (subject.schema, subject.table, subject.columns, subject.expression)
