"""The calibration: isotonic regression (pool adjacent violators) of right and wrong guesses over their scores."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from auditor.references import calibration
from auditor.references.calibration import Calibration, Knots
from bench.references.scoring import Guess, Marked

_EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98)
_PRIOR = 4.0
"""So many guesses that are right as often as their score says are thought beside those that were seen: a handful of
lucky ones on tidy schemas is no reason to be sure."""

_FITTED = re.compile(r"(?<=# fitted: begin\n).*?(?=# fitted: end)", re.DOTALL)


def fit(seen: Iterable[tuple[Marked, float]]) -> Calibration:
    """The calibration for these guesses; each schema's come with a weight."""
    weighed = [(guess, weight) for each, weight in seen for guess in each.guesses]
    return Calibration(
        with_values=_isotonic([each for each in weighed if each[0].is_measured]),
        by_name=_isotonic([each for each in weighed if not each[0].is_measured]),
    )


def applied(each: Marked, fitted: Calibration) -> Marked:
    """The guesses with their confidence in place of the score, rounded as reports have it."""
    return replace(each, guesses=tuple(_sure(guess, fitted) for guess in each.guesses))


def _sure(guess: Guess, fitted: Calibration) -> Guess:
    confidence = fitted.confidence(guess.confidence, is_by_name=not guess.is_measured)
    return replace(guess, confidence=round(confidence, 2))


def _isotonic(guesses: Sequence[tuple[Guess, float]]) -> Knots:
    """A knot for each bin of scores; where a higher one is right less often than a lower, they are pooled."""
    pools: list[tuple[float, float, float]] = []  # weight, sum of scores, sum of those that are right
    for number, (low, high) in enumerate(pairwise((0.0, *_EDGES, 1.0))):
        inside = [(guess, weight) for guess, weight in guesses if bisect_right(_EDGES, guess.confidence) == number]
        seen = sum(weight for _, weight in inside)
        score = sum(guess.confidence * weight for guess, weight in inside) / seen if seen else (low + high) / 2
        right = sum(guess.is_right * weight for guess, weight in inside)
        pools.append((seen + _PRIOR, score * (seen + _PRIOR), right + _PRIOR * score))
        while len(pools) > 1 and pools[-1][2] / pools[-1][0] <= pools[-2][2] / pools[-2][0]:
            upper, lower = pools.pop(), pools.pop()
            pools.append((lower[0] + upper[0], lower[1] + upper[1], lower[2] + upper[2]))
    knots = {round(score / weight, 3): round(right / weight, 3) for weight, score, right in pools}
    return tuple((score, share) for score, share in knots.items() if 0 < score < 1)


def write(fitted: Calibration) -> None:
    """Put these maps into the auditor's source."""
    file = Path(str(calibration.__file__))
    lines = [_lines("WITH_VALUES", fitted.with_values), _lines("BY_NAME_ONLY", fitted.by_name)]
    file.write_text(_FITTED.sub("".join(lines), file.read_text(encoding="utf-8")), encoding="utf-8")


def _lines(name: str, knots: Knots) -> str:
    return f"{name}: Knots = (\n" + "".join(f"    {knot},\n" for knot in knots) + ")\n"
