"""How much a measured inclusion says: much for uuids, little for small integers that lie inside every 1..n."""

from bisect import bisect_left
from dataclasses import dataclass
from math import log

from auditor.catalog import Catalog, Column, Table
from auditor.references.candidate import Candidate
from auditor.references.keys import Key, Keys
from auditor.references.look_up import Inclusion

_DENSE = 0.5


@dataclass(frozen=True)
class Fits:
    """The largest values of all dense integer keys, sorted: how many keys hold 1..n by coincidence."""

    tops: tuple[int, ...]
    sparse: frozenset[tuple[int, str]]
    """The other integer keys, by the oid of their table and their name."""

    @classmethod
    def of(cls, catalog: Catalog) -> "Fits":
        """From the statistics of the catalog's keys: these are parsed once a key, and not once a candidate."""
        spans = {key: span(key.column) for key in Keys.of(catalog).all if key.family == "integer"}
        sparse = {key for key, found in spans.items() if found is not None and not _is_dense(key, found)}
        tops = sorted(found[1] for key, found in spans.items() if found is not None and key not in sparse)
        return cls(tuple(tops), frozenset((key.table.oid, key.column.name) for key in sparse))

    def gain(self, candidate: Candidate, inclusion: Inclusion) -> tuple[float, tuple[str, ...]]:
        """What the inclusion adds to the log-odds, and how it is told."""
        share = inclusion.share or 0.0
        percent = f"{100 * share:.0f}" if share in (0.0, 1.0) else f"{100 * share:.1f}"
        source = "sampled values" if inclusion.source == "sample" else "values of the statistics"
        told = [f"{percent} % of the rows, by {inclusion.values} {source}, found"]
        factor = self._factor(candidate, share)
        covered = coverage(candidate)
        if covered is not None and covered >= 0.5 and share >= 0.9:
            factor *= 1.5
            told.append("most keys are referred to")
        return log(factor), tuple(told)

    def _factor(self, candidate: Candidate, share: float) -> float:
        family = candidate.key.family
        if share < 0.5:
            return 0.04
        if share < 0.7:
            return 0.15
        if family == "uuid":
            return 40.0 if share >= 0.99 else 15.0
        if share < 0.9:
            return 0.45
        factor = self._full_factor(candidate, family)
        return factor if share >= 0.99 else min(factor, 1.5)

    def _full_factor(self, candidate: Candidate, family: str) -> float:
        if family == "text":
            covered = coverage(candidate)
            return 4.0 if covered is not None and covered < 0.2 else 8.0
        if (candidate.key.table.oid, candidate.key.column.name) in self.sparse:
            return 5.0
        found = span(candidate.place.column) if candidate.place.is_plain else None
        others = len(self.tops) - bisect_left(self.tops, found[1]) - 1 if found else len(self.tops)
        return 1.5 + 2.5 / (1 + max(others, 0))


def _is_dense(key: Key, found: tuple[int, int]) -> bool:
    """Whether the key counts 1, 2, 3 …: at least half of its range is in use, or nothing is known of it."""
    distinct = distinct_of(key.column, key.table)
    return distinct is None or distinct >= _DENSE * (found[1] - found[0] + 1)


def span(column: Column) -> tuple[int, int] | None:
    """The least and the largest value in the statistics of an integer column."""
    statistics = column.statistics
    if statistics is None or column.type.family != "integer":
        return None
    values = [int(value) for value in (*statistics.most_common, *statistics.histogram)]
    return (min(values), max(values)) if values else None


def distinct_of(column: Column, table: Table) -> float | None:
    """The number of distinct values by the statistics."""
    if column.statistics is None:
        return None
    number = column.statistics.distinct
    return number if number >= 0 else (-number * table.rows if table.rows else None)


def coverage(candidate: Candidate) -> float | None:
    """The share of the referenced keys that occur, by the statistics; None where these do not say."""
    if not candidate.place.is_plain:
        return None
    here = distinct_of(candidate.place.column, candidate.place.table)
    there = candidate.key.table.rows
    return None if here is None or not there else here / there
