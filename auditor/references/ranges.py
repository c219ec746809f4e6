"""The range of whole numbers in a column's statistics, without the few values that lie far beyond the others."""

from math import gcd

from auditor.catalog import Column

WHOLE = frozenset({"integer", "numeric"})
_FAR = 10

Span = tuple[int, int]


def span(column: Column) -> Span | None:
    """The least and the largest value in the statistics of a column of whole numbers; None where there are others.

    What lies ten times beyond nine in ten of the values is left out: the first orphan would hide what the others say.
    """
    statistics = column.statistics
    if statistics is None or column.type.family not in WHOLE:
        return None
    bounds = tuple(statistics.histogram)
    tenth = max(len(bounds) // 10, 1)
    upper = [_whole(text) for text in bounds[-2 * tenth :]]
    values = sorted((*map(_whole, (*statistics.most_common, *bounds[:1])), *upper))
    if not values or values[0] is _BROKEN:
        return None
    typical = upper[-tenth] if len(upper) > tenth else values[len(values) * 9 // 10]
    far = _FAR * max(abs(typical), 1)
    near = [value for value in values if abs(value) <= far]
    return int(near[0]), int(near[-1])


def step(column: Column) -> int:
    """The largest number that divides all differences between the values in the statistics (10 for 10, 20, 50); 1 where
    there are less than two."""
    statistics = column.statistics
    texts = () if statistics is None else (*statistics.most_common, *statistics.histogram)
    values = [int(value) for value in map(_whole, texts) if value is not _BROKEN]
    return gcd(*(value - values[0] for value in values)) or 1


_BROKEN = float("-inf")


def _whole(text: str) -> float:
    """The number, or less than any where it has a fraction."""
    whole, _, fraction = text.partition(".")
    return int(whole) if whole.lstrip("-").isdigit() and not fraction.strip("0") else _BROKEN
