"""Candidates where names say nothing: uuids, text that stands among a table's keys, numbers that end where keys end."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from auditor.catalog import Column, Table
from auditor.catalog.estimates import distinct_share, distinct_values, sample
from auditor.references.candidate import Hint, Place
from auditor.references.key import Key, is_made_by_server
from auditor.references.keys import Keys
from auditor.references.look_up import is_known_empty
from auditor.references.names import name
from auditor.references.ranges import WHOLE, Span
from auditor.references.spans import Spans
from auditor.references.words import FOREIGN_WORDS, NUMBER_WORDS

_MOST = 3
_MOST_UUIDS = 5
_MOST_TRIES = 4000
_FEWEST_TEXTS, _MANY_TEXTS, _VERY_MANY_TEXTS, _FEWEST_NUMBERS = 3, 10, 20, 20
_SHARED, _FAR = 3, 0.9
_MOST_ENDING = 2
_COUNTS = 0.9
"""With so many distinct values a column counts its table's own rows."""
_FULL = 0.97
"""A key that is fuller has too few gaps to be worth a look-up on their account alone."""
_LONGEST = 40
_MOST_ALIKE = 50
_SHORT_NUMBER, _OF_NUMBERS = 3, 0.4
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
    texts: dict[_Named, list[Place]]
    """The columns of text that share a name, by it."""
    tries: int = _MOST
    """Against how many keys with gaps each number is tried: fewer where there are very many, so that it stays cheap."""
    tries_of_uuids: int = _MOST_UUIDS
    """The same of uuids, at least one each."""

    @classmethod
    def of(cls, keys: Keys, spans: Spans, places: Sequence[Place]) -> "ByValues":
        """For these places, that have no likely candidate."""
        groups: defaultdict[_Named, list[Span]] = defaultdict(list)
        texts: defaultdict[_Named, list[Place]] = defaultdict(list)
        for place in places:
            if place.family == "text" and place.is_plain:
                texts[_named(place, keys)].append(place)
            found = spans.of_column(place.table, place.column) if _is_number(place) else None
            if found is not None:
                groups[_named(place, keys)].append(found)
        tries = min(_MOST, _MOST_TRIES // max(sum(map(len, groups.values())), 1))
        uuids = sum(place.family == "uuid" for place in places)
        tries_of_uuids = min(_MOST_UUIDS, max(_MOST_TRIES // max(uuids, 1), 1))
        by_name = {named: _group(found) for named, found in groups.items()}
        return cls(keys, spans, by_name, dict(texts), tries, tries_of_uuids)

    def hints_of(self, place: Place) -> Iterator[tuple[Key, Hint]]:
        """The few keys that are worth a look-up."""
        is_key = (place.column.name,) in place.table.candidate_keys() and not place.path
        if is_known_empty(place.table) or (is_key and (place.family != "uuid" or is_made_by_server(place.column))):
            return
        if place.family == "uuid":
            for key in self.keys.with_uuids.first(place.table.schema, "", self.tries_of_uuids):
                if key.column is place.column:
                    continue
                yield key, Hint(probability=0.2, text="uuids, which do not coincide")
        elif place.family == "text" and place.is_plain:
            yield from self._of_text(place)
        elif place.is_plain and _named(place, self.keys) in self.groups:
            yield from self._of_numbers(place)
            yield from self._beside_gaps(place)

    def _of_text(self, place: Place) -> Iterator[tuple[Key, Hint]]:
        counts = self._counted(place)
        named = _named(place, self.keys)
        if len(self.texts.get(named, [])) >= _SHARED and not name(place.column.name).is_generic:
            counts = self._counted_together(named)
        alone = " alone" if len(counts) == 1 and counts.total() >= _MANY_TEXTS else ""
        held = {key: number * self._unseen_each(key) for key, number in counts.items()}
        likeliest = sorted(held, key=lambda key: (-held[key], key.full_name))[:_MOST]
        for key in likeliest:
            if key.table.oid != place.table.oid:
                share = _share_of_text(counts, key, is_ahead=held[key] == held[likeliest[0]])
                share *= _OF_NUMBERS if self._counts_up(place) else 1.0
                yield key, Hint(probability=share, text=f"values as in {key.table.name}.{key.column.name}{alone}")

    def _unseen_each(self, key: Key) -> float:
        """For how many keys each of those in the statistics stands: of a small table they hold all, of others few."""
        seen = len(self._values(key.table, key.column))
        return max((key.table.rows or 0.0) / seen, 1.0) if seen else 1.0

    def _counted(self, place: Place) -> Counter[Key]:
        """The keys of other tables that hold some of the place's values, with the number of those."""
        if place.identity not in self._known:
            values = {value for value in self._values(place.table, place.column) if len(value) <= _LONGEST}
            holding = (self._by_text.get((place.table.schema, value), []) for value in values)
            others = ([key for key in keys if key.table.oid != place.table.oid] for keys in holding)
            common = Counter(key for keys in others if len(keys) <= _MOST_COMMON for key in keys)
            self._known[place.identity] = common if len(values) >= _FEWEST_TEXTS else Counter()
        return self._known[place.identity]

    def _counted_together(self, named: _Named) -> Counter[Key]:
        """The same of all places of that name."""
        if named not in self._together:
            self._together[named] = sum((self._counted(each) for each in self.texts[named][:_MOST_ALIKE]), Counter())
        return self._together[named]

    def _counts_up(self, place: Place) -> bool:
        """Whether the values are short numbers, such as weeks and hours, which stand in every other list of codes."""
        values = self._values(place.table, place.column)
        return bool(values) and all(value.isdigit() and len(value) <= _SHORT_NUMBER for value in values)

    def _values(self, table: Table, column: Column) -> frozenset[str]:
        """What the statistics hold of the column: taking them apart takes longer than everything else."""
        place = (table.oid, column.name)
        if place not in self._samples:
            self._samples[place] = frozenset(sample(column))
        return self._samples[place]

    @cached_property
    def _samples(self) -> dict[tuple[int, str], frozenset[str]]:
        return {}

    @cached_property
    def _known(self) -> dict[tuple[int, str, tuple[str, ...]], Counter[Key]]:
        return {}

    @cached_property
    def _together(self) -> dict[_Named, Counter[Key]]:
        return {}

    @cached_property
    def _by_text(self) -> dict[_Named, list[Key]]:
        """The keys by schema and each value that the statistics hold."""
        found: defaultdict[_Named, list[Key]] = defaultdict(list)
        for key in self.keys.all:
            if key.family == "text" and key.is_primary:
                for value in self._values(key.table, key.column):
                    found[key.table.schema, value].append(key)
        return found

    def _of_numbers(self, place: Place) -> Iterator[tuple[Key, Hint]]:
        group = self.groups[_named(place, self.keys)]
        least, most = group.span
        ending = self.spans.ending(most)
        is_shared = group.tables >= _SHARED and ending == 1
        if ending > _MOST_ENDING or not (is_shared or _is_called_so(place, self.keys)):
            return
        for key, (low, top) in self._by_top.get(place.table.schema, []):
            counts_rows = (
                key.table.oid == place.table.oid and (distinct_share(place.table, place.column) or 1) > _COUNTS
            )
            if low <= least and self.spans.reaches(group.span, key) and not counts_rows:
                text = f"values {least} to {most} as in {key.table.name}, {low} to {top}"
                yield key, Hint(probability=0.35 if is_shared else 0.2, text=text)

    def _beside_gaps(self, place: Place) -> Iterator[tuple[Key, Hint]]:
        """The keys that leave gaps: which numbers are among them is no coincidence, whatever the place is called."""
        is_called_so = _is_called_so(place, self.keys)
        share, number = (0.15, max(self.tries, 1)) if is_called_so else (0.06, self.tries)
        found = self.spans.of_column(place.table, place.column) if number else None
        if found is None:
            return
        holding = (
            (top, key) for key, (low, top) in self._with_gaps.get(place.table.schema, []) if low <= found[0] <= found[1]
        )
        others = [(top, key) for top, key in holding if top >= found[1] and key.table.oid != place.table.oid]
        others.sort(key=lambda each: (each[0], each[1].full_name))  # what refers to a table mostly goes to its end
        for _, key in others[:number]:
            yield key, Hint(probability=share, text=f"values in the range of {key.table.name}, which has gaps")

    @cached_property
    def _with_gaps(self) -> dict[str, list[tuple[Key, Span]]]:
        """The primary keys of each schema that leave out numbers of their range."""
        found: defaultdict[str, list[tuple[Key, Span]]] = defaultdict(list)
        for key in self.keys.all:
            if key.is_primary and key.span is not None and (key.fullness or 1.0) < _FULL:
                found[key.table.schema].append((key, key.span))
        return found

    @cached_property
    def _by_top(self) -> dict[str, list[tuple[Key, Span]]]:
        """The dense primary keys of each schema with their ranges."""
        found: defaultdict[str, list[tuple[Key, Span]]] = defaultdict(list)
        for key in self.keys.all:
            ends = self.spans.dense.get((key.table.oid, key.column.name))
            if key.is_primary and ends is not None:
                found[key.table.schema].append((key, ends))
        return found


def _share_of_text(counts: Counter[Key], key: Key, *, is_ahead: bool) -> float:
    """What it says that so many values stand among that key's, and so many among others'."""
    if len(counts) == 1 and counts.total() >= _MANY_TEXTS:
        return 0.6 if counts.total() >= _VERY_MANY_TEXTS else 0.4
    return 0.25 if is_ahead and counts[key] >= _MANY_TEXTS else 0.15


def _group(spans: list[Span]) -> Group:
    most = max(top for _, top in spans)
    tables = sum(top >= _FAR * most for _, top in spans)
    return Group(span=(min(least for least, _ in spans), most), tables=tables if 2 * tables > len(spans) else 1)


def _named(place: Place, keys: Keys) -> _Named:
    words = keys.without_prefix(place.table, place.column.name)
    return place.table.schema, "_".join(words) or place.column.name


def _is_number(place: Place) -> bool:
    """Whether it has enough values to tell where they end, and is called like no key of another system."""
    is_own = not FOREIGN_WORDS & {*name(place.column.name).stem_words}
    is_number = place.family in WHOLE and place.is_plain
    return is_number and is_own and (distinct_values(place.table, place.column) or 0) >= _FEWEST_NUMBERS


def _is_called_so(place: Place, keys: Keys) -> bool:
    called = name(place.column.name)
    return keys.style.is_bare or (called.is_key_like and called.suffix not in NUMBER_WORDS and bool(called.stem))
