"""The ranges of all keys that are whole numbers, side by side: how many go as far, and where each ends."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.catalog import Column, Table
from auditor.catalog.estimates import distinct_values
from auditor.references.key import Key
from auditor.references.ranges import WHOLE, Span, span

_DENSE = 0.5
_NEAR, _EXACT = 0.98, 0.998


@dataclass(frozen=True)
class Spans:
    """The ranges of all keys that are whole numbers, from their statistics."""

    dense: dict[tuple[int, str], Span] = field(default_factory=dict)
    """Of those that count 1, 2, 3 …, by the oid of their table and their name; each holds 1..n by coincidence."""
    sparse: frozenset[tuple[int, str]] = frozenset()
    tops: tuple[int, ...] = ()
    """The largest values of the dense ones, sorted."""
    known: dict[tuple[int, str], Span | None] = field(default_factory=dict)
    """What was asked before: taking statistics apart takes longer than everything else."""

    @classmethod
    def of(cls, keys: Iterable[Key]) -> "Spans":
        """From the statistics, which are parsed once a key, and not once a candidate."""
        found = {(key.table.oid, key.column.name): (key, key.span) for key in keys if key.family in WHOLE}
        ended = {place: (key, ends) for place, (key, ends) in found.items() if ends is not None}
        dense = {place: ends for place, (key, ends) in ended.items() if _is_dense(key, ends)}
        tops = tuple(sorted(top for _, top in dense.values()))
        return cls(
            dense, frozenset(ended.keys() - dense.keys()), tops, {place: ends for place, (_, ends) in found.items()}
        )

    def of_column(self, table: Table, column: Column) -> Span | None:
        """The range of that column."""
        place = (table.oid, column.name)
        if place not in self.known:
            self.known[place] = span(column)
        return self.known[place]

    def is_sparse(self, key: Key) -> bool:
        """Whether few numbers in the key's range are in use: what is found there is no coincidence."""
        return (key.table.oid, key.column.name) in self.sparse

    def holding(self, top: int) -> int:
        """How many dense keys go as far."""
        return len(self.tops) - bisect_left(self.tops, top)

    def reaches(self, here: Span, key: Key, *, exactly: bool = False) -> bool:
        """Whether the values go to the end of that key: those of a reference do, what lies in it by chance ends
        anywhere."""
        ends = self.dense.get((key.table.oid, key.column.name))
        near = _EXACT if exactly else _NEAR
        return ends is not None and ends[1] >= here[1] >= near * ends[1]

    def ending(self, top: int) -> int:
        """How many dense keys end there, or a little later."""
        return bisect_right(self.tops, int(top / _NEAR)) - bisect_left(self.tops, top)


def _is_dense(key: Key, found: Span) -> bool:
    """Whether at least half of the key's range is in use, or nothing is known of it."""
    distinct = distinct_values(key.table, key.column)
    return distinct is None or distinct >= _DENSE * (found[1] - found[0] + 1)
