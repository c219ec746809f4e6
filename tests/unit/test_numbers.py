"""Numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model import Severity
from reports import numbers
from tests.audits import column, finding


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0 %"), (0, 0, "0 %"), (10, 10, "100 %"), (400, 800_000, "0.05 %"), (1, 1_000_000, "< 0.01 %"),
        (999_999, 1_000_000, "> 99.9 %"), (1_812, 101_233, "1.8 %"), (1, 2, "50.0 %"), (40, 4_012, "1.0 %"),
    ],
)  # fmt: skip
def test_share(part: int, whole: int, text: str) -> None:
    assert numbers.share(part, whole) == text


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_share_is_nothing_or_everything_only_when_it_is(part: int, rest: int) -> None:
    assert numbers.share(part, part + rest) not in ("0 %", "0.00 %", "100 %", "100.0 %")


@pytest.mark.parametrize(
    ("violations", "population", "exact", "text"),
    [
        (400, 800_000, True, "400 of 800,000 (0.05 %)"),
        (400, 800_000, False, "about 400 of 800,000 (0.05 %)"),
        (7, None, True, "7"),
        (0, 800_000, True, "none of 800,000"),
        (None, 5, True, ""),
    ],
)
def test_amount(violations: int | None, population: int | None, exact: bool, text: str) -> None:
    assert numbers.amount(violations, population, exact=exact) == text


@pytest.mark.parametrize(
    ("severity", "violations", "text"),
    [
        (Severity.ADVICE, 0, "none of 10"), (Severity.ADVICE, None, "schema"), (Severity.BLOCKER, None, "schema"),
        (Severity.BLOCKER, 0, "schema"), (Severity.BLOCKER, 1, "1 of 10 (10.0 %)"),
    ],
)  # fmt: skip
def test_what_a_finding_counts(severity: Severity, violations: int | None, text: str) -> None:
    one = finding("a-check", "family", severity, column("t", "c"), violations=violations, population=10)
    assert numbers.found(one) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0478, "48 ms"), (1.24, "1.2 s"), (59.99, "60.0 s"), (125, "2 min 5 s"), (3_780, "1 h 3 min")],
)
def test_duration(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    ("bytes_", "text"), [(None, "–"), (0, "0 B"), (8_192, "8.2 kB"), (734_003_200, "734 MB"), (10**16, "10000 TB")]
)
def test_size(bytes_: int | None, text: str) -> None:
    assert numbers.size(bytes_) == text
