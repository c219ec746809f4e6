"""How much a measured inclusion says: much for uuids, little for small integers that lie inside every 1..n."""

from dataclasses import dataclass, field
from math import log

from auditor.catalog.estimates import distinct_values
from auditor.references.candidate import Candidate
from auditor.references.look_up import Inclusion
from auditor.references.ranges import WHOLE
from auditor.references.spans import Spans

_FEW = 20
_FEW_AND_ORPHANS = 0.7
"""Eleven numbers of which ten are keys: such as any column that counts from 0 has, where no name tells more."""
_NAMED = 0.5
_ALL = 0.99
_LEAST_SHARE = 0.7
_KEYS = 0.95
"""How often a reference's value is the key, where either it or the number below is one."""
_MOST_BY_GAPS = 40.0
_ENDS = "they end where its keys end"


@dataclass(frozen=True)
class Fits:
    """What there is by which values are found in a key by coincidence."""

    spans: Spans = field(default_factory=Spans)

    def gain(self, candidate: Candidate, inclusion: Inclusion) -> tuple[float, tuple[str, ...]]:
        """What the inclusion adds to the log-odds, and how it is told."""
        share = inclusion.share or 0.0
        percent = f"{100 * share:.0f}" if share in (0.0, 1.0) else f"{100 * share:.1f}"
        told = [f"{percent} % of the rows, by {inclusion.values} {_source(candidate, inclusion)}, found"]
        factor = self._factor(candidate, share, inclusion.values)
        covered = coverage(candidate)
        if covered is not None and covered >= 0.5 and share >= 0.9:
            factor *= 1.5
            told.append("most keys are referred to")
        if share >= 0.9 and (ends := self._by_end(candidate)) > 1:
            factor *= ends
            told.append(_ENDS)
        gain, text = _of_gaps(inclusion) if share >= _LEAST_SHARE else (0.0, ())
        return log(factor) + gain, (*told, *text)

    def _factor(self, candidate: Candidate, share: float, values: int) -> float:
        family = candidate.key.family
        if share < _LEAST_SHARE:
            return 0.04 if share < 0.5 else 0.15
        if family == "uuid":
            return 40.0 if share >= 0.99 else 15.0
        if share < 0.9:
            return 0.45
        factor = self._full_factor(candidate, family)
        return factor if share >= 0.99 else self._with_orphans(factor, candidate, values)

    def _with_orphans(self, factor: float, candidate: Candidate, values: int) -> float:
        """What is left of the factor where some of the values are none of the keys."""
        family = candidate.key.family
        if values <= _FEW and candidate.prior < _NAMED:
            return min(factor, _FEW_AND_ORPHANS)
        return 0.5 * factor if family == "text" else min(factor, 1.5)

    def _full_factor(self, candidate: Candidate, family: str) -> float:
        if family == "text":
            covered = coverage(candidate)
            return 4.0 if covered is not None and covered < 0.2 else 8.0
        if self.spans.is_sparse(candidate.key):
            return 5.0
        place = candidate.place
        if place.is_plain and place.table.primary_key == (place.column.name,):
            covered = coverage(candidate) or 0.0
            return 5.0 if covered >= _ALL and (candidate.key.table.rows or 0.0) >= _FEW else 1.0
        found = self.spans.of_column(place.table, place.column) if place.is_plain else None
        others = self.spans.holding(found[1]) - 1 if found else len(self.spans.tops)
        return 1.5 + 2.5 / (1 + max(others, 0))

    def _by_end(self, candidate: Candidate) -> float:
        """Factor for values that go to the end of the key: more where no other key ends there."""
        place, key = candidate.place, candidate.key
        found = self.spans.of_column(place.table, place.column) if place.is_plain and key.family in WHOLE else None
        is_own = place.table.primary_key == (place.column.name,)
        if found is None or is_own or (distinct_values(place.table, place.column) or 0) < _FEW:
            return 1.0
        if not self.spans.reaches(found, key):
            return 1.0
        if self.spans.ending(found[1]) > 1:
            return 1.3
        return 4.0 if self.spans.reaches(found, key, exactly=True) else 2.0


def _source(candidate: Candidate, inclusion: Inclusion) -> str:
    if inclusion.source == "statistics":
        return "values of the statistics"
    place = candidate.place
    is_stale = place.is_plain and place.column.statistics is not None and place.table.has_stale_statistics
    return "sampled values (the statistics are stale)" if is_stale else "sampled values"


def _of_gaps(inclusion: Inclusion) -> tuple[float, tuple[str, ...]]:
    """What gaps between the keys add to the log-odds: a reference leads to keys and leaves out the gaps beside them,
    what lies in the same range by coincidence hits a key and the number below it equally often (McNemar 1947).

    So does what refers to rows that were deleted, all of them later: gaps never speak against a reference. One value
    above a gap is none: the first key stands above one.
    """
    above, below = max(inclusion.above_gaps - 1, 0), inclusion.in_gaps
    gain = min(above * log(_KEYS / 0.5) + below * log((1 - _KEYS) / 0.5), log(_MOST_BY_GAPS))
    if gain < log(2):
        return 0.0, ()
    return gain, (f"{inclusion.above_gaps} of them beside numbers that are no keys",)


def coverage(candidate: Candidate) -> float | None:
    """The share of the referenced keys that occur, by the statistics; None where these do not say."""
    if not candidate.place.is_plain:
        return None
    here = distinct_values(candidate.place.table, candidate.place.column)
    there = candidate.key.table.rows
    return None if here is None or not there else here / there
