"""Joins that somebody wrote: which columns views, functions, policies and recorded statements set equal.

The text is parsed with the server's own grammar (postgast, the extra `sql`); without it this evidence is absent. Only
what resolves to two columns of tables in the catalog counts; what does not parse says nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import product

from auditor.catalog import Catalog
from auditor.model import Coverage, Outcome, Subject
from auditor.references.candidate import Place
from auditor.references.equalities import Column, Equalities, Equality
from auditor.references.key import Key, is_made_by_server
from auditor.references.keys import Keys, composite_keys
from auditor.references.levels import FAMILY
from auditor.references.written import written_in

ABSENT = "joins in views, functions and policies are not read: they need postgast (pip install 'auditor[sql]')"
_LEAST, _EACH, _MOST, _WORTH = 0.6, 0.1, 0.99, 0.9
MOST_COLUMNS = 3
"""So many columns the keys have that are looked for."""

Several = tuple[int, tuple[str, ...], int, tuple[str, ...]]
"""A table's oid and columns, and those of the key."""


def can_parse() -> bool:
    """Whether the parser is installed."""
    return find_spec("postgast") is not None


@dataclass(frozen=True)
class Joins:
    """For each referring column the keys that it is set equal to, with how often in what."""

    by_column: Mapping[Column, Mapping[Column, Counter[str]]] = field(default_factory=dict)
    of_keys: Mapping[Several, Counter[str]] = field(default_factory=dict)
    """The same for keys of several columns, all of which one text sets equal."""

    @classmethod
    def of(cls, catalog: Catalog, keys: Keys, statements: Sequence[str] = ()) -> "Joins":
        """From all that is written in the catalog, and from these statements. Empty without the parser."""
        if not can_parse() or not any(True for _ in written_in(catalog, statements)):
            return cls()
        directed, equalities, composite = _Directed(catalog, keys), Equalities(catalog), _Composite(catalog)
        found: defaultdict[Column, defaultdict[Column, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        several: defaultdict[Several, Counter[str]] = defaultdict(Counter)
        for text in written_in(catalog, statements):
            equal = equalities.of(text)
            for referring, referred in {pair for each in equal for pair in directed.of(each)}:
                found[referring][referred][text.kind] += 1
            for each in composite.of(equal):
                several[each][text.kind] += 1
        return cls({column: dict(targets) for column, targets in found.items()}, dict(several))

    def of_place(self, place: Place) -> Mapping[Column, Counter[str]]:
        """What that place is joined to; nothing for one that is no plain column."""
        return self.by_column.get((place.table.oid, place.column.name), {}) if place.is_plain else {}


_PLURALS = {"view": "views", "policy": "policies", "function": "functions", "statement": "statements"}


NO_JOINS = Joins()


def probability_of(joined: Counter[str]) -> float:
    """How likely joins alone make the reference: one .63, four .9."""
    return _WORTH * min(_MOST, _LEAST + _EACH * joined.total())


def told(joined: Counter[str]) -> str:
    """`joined in 2 views and 1 function`."""
    parts = [f"{number} {kind if number == 1 else _PLURALS[kind]}" for kind, number in sorted(joined.items())]
    return f"joined in {' and '.join(parts)}"


class _Directed:
    """Which side of an equality is the referenced key."""

    def __init__(self, catalog: Catalog, keys: Keys) -> None:
        self._catalog = catalog
        self._keys: dict[Column, Key] = {(key.table.oid, key.column.name): key for key in keys.all}

    def of(self, equality: Equality) -> Iterator[Equality]:
        """The column that refers and the key that it refers to; nothing where neither is a key, or both are alike."""
        one, other = equality
        mine, theirs = self._keys.get(one), self._keys.get(other)
        if one == other or (mine is None and theirs is None):
            return
        if mine is None or theirs is None:
            yield (one, other) if theirs is not None else (other, one)
            return
        ranks = _rank(mine), _rank(theirs)
        if ranks[0] != ranks[1]:
            yield (one, other) if ranks[0] < ranks[1] else (other, one)


class _Composite:
    """Which keys of several columns are set equal, all of them, to columns of one table."""

    def __init__(self, catalog: Catalog) -> None:
        self._keys: defaultdict[int, list[tuple[str, ...]]] = defaultdict(list)
        for table, key in composite_keys(catalog, MOST_COLUMNS):
            self._keys[table.oid].append(key)

    def of(self, equal: Iterable[Equality]) -> set[Several]:
        """Each once, and several where one part is set equal to several columns (`tenant, bill`, `tenant, ship`); where
        several parts are, nothing says which belong together. Two tables that share such a key whole are left out:
        nothing says which refers to which."""
        partners: defaultdict[tuple[int, int], defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for one, other in sorted({(min(pair), max(pair)) for pair in equal}):
            for (here, column), (there, part) in ((one, other), (other, one)):
                if here != there and there in self._keys:
                    partners[here, there][part].append(column)
        found = {
            (here, columns, there, key)
            for (here, there), parts in partners.items()
            for key in self._keys[there]
            if sum(len(parts.get(part, ())) > 1 for part in key) <= 1
            for columns in product(*(parts.get(part, ()) for part in key))
        }
        return {each for each in found if (each[2], each[3], each[0], each[1]) not in found}


def _rank(key: Key) -> tuple[bool, float]:
    """Of two keys the one whose values the server makes is referred to, else the one with more rows."""
    return (is_made_by_server(key.column), key.table.rows or 0.0)


def unparsed(catalog: Catalog) -> Iterator[Coverage]:
    """That this evidence is absent, where there would be some."""
    if not can_parse() and any(True for _ in written_in(catalog)):
        database = Subject(kind="database")
        yield Coverage(check=FAMILY, subject=database, outcome=Outcome.SKIPPED, reason=ABSENT, excused=True)
