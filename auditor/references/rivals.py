"""Of several keys that a place may refer to: the likeliest, or, where another is about as likely, none."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from auditor.model.reference import Alternative
from auditor.references.candidate import Candidate, probability

_LEAST = 0.2
_MOST = 3
_CLOSE = log(2)
"""Less than twice as likely is no difference to rely on."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A candidate with its log-odds and what was said of it."""

    candidate: Candidate
    odds: float
    told: tuple[str, ...]
    share: float | None = None

    @property
    def confidence(self) -> float:
        """The probability, before calibration."""
        return probability(self.odds)


Weighed = tuple[float, tuple[str, ...], tuple[Alternative, ...]]


def weighed(best: Scored, others: Sequence[Scored], apart: Sequence[Scored]) -> Weighed:
    """How sure the best is beside the others, likeliest first; what is said of it; what it may be instead.

    A runner-up that is close takes up to a quarter from it. Where one of those that are no consequence of it (`apart`)
    is more than half as likely they share what there is, as the place refers to one of them at most.
    """
    rivals = [each for each in apart if each.confidence >= _LEAST]
    if rivals and best.odds - rivals[0].odds < _CLOSE:
        return _shared(best, rivals)
    if not others or others[0].confidence < _LEAST:
        return best.confidence, best.told, ()
    runner = others[0]
    told = f"runner-up: {runner.candidate.key.full_name} ({runner.confidence:.2f})"
    closeness = max(0.0, runner.confidence / best.confidence - 0.6) / 0.4
    return best.confidence * (1 - 0.25 * min(closeness, 1.0)), (*best.told, told), ()


def _shared(best: Scored, rivals: Sequence[Scored]) -> Weighed:
    all_of_them = 1.0 + sum(exp(each.odds) for each in (best, *rivals))
    names = ", ".join(each.candidate.key.full_name for each in rivals[:_MOST])
    alternatives = tuple(
        Alternative(
            ref_schema=each.candidate.key.table.schema,
            ref_table=each.candidate.key.table.name,
            ref_columns=(each.candidate.key.column.name,),
            confidence=round(exp(each.odds) / all_of_them, 2),
            evidence=each.told,
        )
        for each in rivals[:_MOST]
    )
    return exp(best.odds) / all_of_them, (*best.told, f"ambiguous: about as likely is {names}"), alternatives
