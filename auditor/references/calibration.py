"""From the score of the rules to a confidence: of references with a confidence of .9, nine in ten are right.

The rules' score adds up evidence as if each piece were independent; it ranks well and says too little or too much. So
a monotone map, fitted on open schemas whose foreign keys are known, follows: one for references whose values were
looked up, one for those known by name only. `make bench-references REFIT=1` fits them anew and writes them here;
docs/references.md shows how well they hold, also on schemas that were left out of the fit.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace

from auditor.model import Reference

BY_NAME = "by name only"
"""How the evidence of a reference begins whose values nobody saw."""

MOST_BY_NAME = 0.85
MOST_CONFIDENCE = 0.99
LEAST_SCORE = 0.05
"""Below it no rule hands a reference on."""

Knots = tuple[tuple[float, float], ...]
"""Scores and the confidence at each, ascending; between them the map is straight."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """One map for references whose values were looked up, one for those by name only; no knots change nothing."""

    with_values: Knots = ()
    by_name: Knots = ()

    def confidence(self, score: float, *, is_by_name: bool) -> float:
        """What that score is worth; by name never above .85."""
        most = MOST_BY_NAME if is_by_name else MOST_CONFIDENCE
        return min(_between(score, self.by_name if is_by_name else self.with_values), most)


def _between(score: float, knots: Knots) -> float:
    ends = ((0.0, 0.0), *knots, (1.0, 1.0))
    place = min(max(bisect_left(ends, (score, 0.0)), 1), len(ends) - 1)
    (left, low), (right, high) = ends[place - 1], ends[place]
    return low + (high - low) * (score - left) / (right - left)


def calibrated(scored: Iterable[Reference], calibration: Calibration, least: float) -> tuple[Reference, ...]:
    """The references with their confidence in place of the score, without those below `least`.

    What is ambiguous keeps its share, and stays where the shares are enough together.
    """
    found = (replace(each, confidence=round(_confidence(each, calibration), 2)) for each in scored)
    return tuple(each for each in found if each.likelihood >= least)


def _confidence(scored: Reference, calibration: Calibration) -> float:
    if scored.alternatives:
        return scored.confidence
    return calibration.confidence(scored.confidence, is_by_name=is_by_name(scored))


def is_by_name(reference: Reference) -> bool:
    """Whether names alone speak for it."""
    return any(text.startswith(BY_NAME) for text in reference.evidence)


UNFITTED = Calibration()

# fitted: begin
WITH_VALUES: Knots = (
    (0.05, 0.05),
    (0.15, 0.15),
    (0.25, 0.25),
    (0.35, 0.35),
    (0.45, 0.45),
    (0.546, 0.68),
    (0.67, 0.767),
    (0.739, 0.851),
    (0.83, 0.873),
    (0.877, 0.936),
    (0.92, 0.984),
    (0.967, 0.996),
    (0.985, 0.998),
)
BY_NAME_ONLY: Knots = (
    (0.063, 0.005),
    (0.124, 0.013),
    (0.25, 0.04),
    (0.35, 0.05),
    (0.449, 0.128),
    (0.55, 0.55),
    (0.635, 0.769),
    (0.736, 0.777),
    (0.815, 0.873),
    (0.853, 0.947),
    (0.97, 0.97),
    (0.99, 0.99),
)
# fitted: end

FITTED = Calibration(with_values=WITH_VALUES, by_name=BY_NAME_ONLY)
