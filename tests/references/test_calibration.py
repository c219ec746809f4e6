"""From scores to confidences: in order, bounded, and as often right as they say."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from auditor.references.calibration import FITTED, MOST_BY_NAME, UNFITTED
from bench.references.fitting import applied, fit
from bench.references.scoring import Guess, Marked

SCORES = [number / 1000 for number in range(1001)]


def test_a_higher_score_is_never_less_sure() -> None:
    for is_by_name in (True, False):
        confidences = [FITTED.confidence(score, is_by_name=is_by_name) for score in SCORES]
        assert all(lower <= higher for lower, higher in pairwise(confidences))
        assert confidences[0] == 0.0


def test_by_name_only_it_is_never_above_its_cap_and_never_certain() -> None:
    assert FITTED.confidence(0.999, is_by_name=True) == MOST_BY_NAME
    assert FITTED.confidence(1.0, is_by_name=False) == 0.99


def test_without_a_fit_the_score_is_the_confidence() -> None:
    assert UNFITTED.confidence(0.37, is_by_name=False) == 0.37


def test_scores_that_say_too_much_are_corrected_where_there_is_enough_to_go_by() -> None:
    boasting = Marked("s", tuple(Guess(0.9, True, number % 2 == 0) for number in range(400)), 200)
    modest = Marked("s", tuple(Guess(0.55, True, True) for _ in range(400)), 400)
    (guess, *_) = applied(boasting, fit([(boasting, 1.0)])).guesses
    assert 0.48 < guess.confidence < 0.6
    (guess, *_) = applied(modest, fit([(modest, 1.0)])).guesses
    assert guess.confidence > 0.85


def test_a_handful_of_lucky_guesses_makes_nobody_sure() -> None:
    lucky = Marked("s", (Guess(0.55, True, True),) * 3, 3)
    (guess, *_) = applied(lucky, fit([(lucky, 1.0)])).guesses
    assert guess.confidence < 0.8


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.booleans()), max_size=60))
def test_whatever_was_seen_the_fit_keeps_the_order(guesses: list[tuple[float, bool, bool]]) -> None:
    seen = Marked("s", tuple(Guess(*each) for each in guesses), len(guesses))
    fitted = fit([(seen, 1.0)])
    for is_by_name in (True, False):
        confidences = [fitted.confidence(score, is_by_name=is_by_name) for score in SCORES]
        assert all(lower <= higher + 1e-9 for lower, higher in pairwise(confidences))
