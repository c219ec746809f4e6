"""Candidates where names say nothing: uuids, text that stands among a table's keys, numbers that end where keys end."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.catalog.estimates import distinct_share, distinct_values, sample
from auditor.references.candidate import Hint, Place
from auditor.references.key import Key
from auditor.references.keys import Keys
from auditor.references.look_up import is_known_empty
from auditor.references.names import name
from auditor.references.spans import WHOLE, Span, Spans
from auditor.references.words import FOREIGN_WORDS, NUMBER_WORDS

_MOST = 3
_MOST_UUIDS = 5
_FEWEST_TEXTS, _MANY_TEXTS, _FEWEST_NUMBERS = 3, 10, 20
_SHARED, _FAR = 3, 0.9
_MOST_ENDING = 2
_COUNTS = 0.9
"""With so many distinct values a column counts its table's own rows."""
_LONGEST = 40
_MOST_COMMON = 4
"""A value that so many keys hold, `A` or `1`, tells none of them."""

_Named = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Group:
    """All columns of numbers in a schema that share a name: they mostly refer to one table."""

    span: Span
    tables: int
    """How many of them there are that go about as far as the one that goes furthest."""


@dataclass(frozen=True)
class ByValues:
    """What the statistics of keys and of places without telling names have in common."""

    keys: Keys
    spans: Spans
    groups: dict[_Named, Group]

    @classmethod
    def of(cls, keys: Keys, spans: Spans, places: Iterable[Place]) -> "ByValues":
        """For these places, that have no likely candidate."""
        groups: defaultdict[_Named, list[Span]] = defaultdict(list)
        for place in places:
            found = spans.of_column(place.table, place.column) if _is_number(place, keys) else None
            if found is not None:
                groups[_named(place, keys)].append(found)
        return cls(keys, spans, {named: _group(found) for named, found in groups.items()})

    def hints_of(self, place: Place) -> Iterator[tuple[Key, Hint]]:
        """The few keys that are worth a look-up."""
        is_key = (place.column.name,) in place.table.candidate_keys() and not place.path
        if is_known_empty(place.table) or is_key:
            return
        if place.family == "uuid":
            for key in self.keys.with_uuids.first(place.table.schema, "", _MOST_UUIDS):
                yield key, Hint(probability=0.2, text="uuids, which do not coincide")
        elif place.family == "text" and place.is_plain:
            yield from self._of_text(place)
        elif _named(place, self.keys) in self.groups and _is_number(place, self.keys):
            yield from self._of_numbers(place)

    def _of_text(self, place: Place) -> Iterator[tuple[Key, Hint]]:
        values = {value for value in sample(place.column) if len(value) <= _LONGEST}
        if len(values) < _FEWEST_TEXTS:
            return
        holding = (self._by_text.get((place.table.schema, value), []) for value in values)
        counts = Counter(key for keys in holding if len(keys) <= _MOST_COMMON for key in keys)
        is_sole = len(counts) == 1 and counts.total() >= _MANY_TEXTS
        for key, _ in counts.most_common(_MOST):
            if key.table.oid != place.table.oid:
                text = f"values as in {key.table.name}.{key.column.name}{' alone' if is_sole else ''}"
                yield key, Hint(probability=0.4 if is_sole else 0.15, text=text)

    @cached_property
    def _by_text(self) -> dict[_Named, list[Key]]:
        """The keys by schema and each value that the statistics hold."""
        found: defaultdict[_Named, list[Key]] = defaultdict(list)
        for key in self.keys.all:
            if key.family == "text" and key.is_primary:
                for value in set(sample(key.column)):
                    found[key.table.schema, value].append(key)
        return found

    def _of_numbers(self, place: Place) -> Iterator[tuple[Key, Hint]]:
        group = self.groups[_named(place, self.keys)]
        least, most = group.span
        ending = self.spans.ending(most)
        is_shared = group.tables >= _SHARED and ending == 1
        if ending > _MOST_ENDING or not (is_shared or name(place.column.name).is_key_like):
            return
        for key, (low, top) in self._by_top.get(place.table.schema, []):
            counts_rows = (
                key.table.oid == place.table.oid and (distinct_share(place.table, place.column) or 1) > _COUNTS
            )
            if low <= least and self.spans.reaches(group.span, key) and not counts_rows:
                text = f"values {least} to {most} as in {key.table.name}, {low} to {top}"
                yield key, Hint(probability=0.35 if is_shared else 0.2, text=text)

    @cached_property
    def _by_top(self) -> dict[str, list[tuple[Key, Span]]]:
        """The dense primary keys of each schema with their ranges."""
        found: defaultdict[str, list[tuple[Key, Span]]] = defaultdict(list)
        for key in self.keys.all:
            ends = self.spans.dense.get((key.table.oid, key.column.name))
            if key.is_primary and ends is not None:
                found[key.table.schema].append((key, ends))
        return found


def _group(spans: list[Span]) -> Group:
    most = max(top for _, top in spans)
    tables = sum(top >= _FAR * most for _, top in spans)
    return Group(span=(min(least for least, _ in spans), most), tables=tables if 2 * tables > len(spans) else 1)


def _named(place: Place, keys: Keys) -> _Named:
    words = keys.without_prefix(place.table, place.column.name)
    return place.table.schema, "_".join(words) or place.column.name


def _is_number(place: Place, keys: Keys) -> bool:
    """Whether it is called like a key, of no other system, and has enough values to tell where they end."""
    called = name(place.column.name)
    is_key = (called.is_key_like and called.suffix not in NUMBER_WORDS and bool(called.stem)) or keys.style.is_bare
    is_own = not FOREIGN_WORDS & {*called.stem_words}
    is_number = place.family in WHOLE and place.is_plain
    return is_number and is_key and is_own and (distinct_values(place.table, place.column) or 0) >= _FEWEST_NUMBERS
