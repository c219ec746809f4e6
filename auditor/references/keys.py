"""The keys that can be referred to, and indexes over their names: candidates are looked up, never all pairs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from auditor.catalog import Catalog, Table
from auditor.references.abbreviations import Abbreviation, learned
from auditor.references.key import Key, keys_of
from auditor.references.names import Name, name, singulars
from auditor.references.style import Style
from auditor.references.taught import Taught
from auditor.references.words import LEADING_KEY_WORDS

_MANY = 50
_LEAST_HEAD = 3
_LONGEST_PREFIX = 3
_FEWEST_ALIKE, _LONGEST_HEAD = 3, 12


class Index:
    """Keys by a name. Where very many share it, only those of the asking schema count, and of those not too many:
    a name that is given to everything says nothing, and each place must stay cheap in a catalog of any size."""

    def __init__(self, found: dict[str, list[Key]], by_schema: dict[tuple[str, str], list[Key]]) -> None:
        self._found = found
        self._by_schema = by_schema

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, Key]]) -> "Index":
        """From pairs of a name and a key; an empty name is one like any other."""
        found: defaultdict[str, list[Key]] = defaultdict(list)
        by_schema: defaultdict[tuple[str, str], list[Key]] = defaultdict(list)
        for text, key in pairs:
            found[text].append(key)
            by_schema[(key.table.schema, text)].append(key)
        return cls(dict(found), dict(by_schema))

    def get(self, schema: str, text: str) -> list[Key]:
        """The keys of that name, for a place in that schema."""
        found = self._found.get(text, [])
        if len(found) > _MANY:
            found = self._by_schema.get((schema, text), [])
        return found if len(found) <= _MANY else []

    def first(self, schema: str, text: str, number: int) -> list[Key]:
        """So many keys of that name in that schema, in the order in which the index got them."""
        return self._by_schema.get((schema, text), [])[:number]


@dataclass(frozen=True)
class Keys:
    """All keys of the catalog, by what others could call them."""

    all: tuple[Key, ...]
    aliases: tuple[tuple[str, int], ...] = ()
    """Other names of tables, joined, each with the table's oid."""
    style: Style = field(default_factory=Style)
    short: Mapping[str, Abbreviation] = field(default_factory=dict)
    """What declared foreign keys say that short words stand for."""
    taught: Taught = field(default_factory=Taught)
    """Where they say that columns of a name lead."""

    @classmethod
    def of(cls, catalog: Catalog, aliases: tuple[tuple[str, int], ...] = ()) -> "Keys":
        """The keys of all tables in the catalog, in scope or not: a table in scope may refer to one that is not."""
        tables = (table for table in catalog.tables if table.kind in ("table", "partitioned"))
        style = Style.of(catalog)
        found = tuple(key for table in tables for key in keys_of(table))
        return cls(found, aliases, style, learned(catalog, style), Taught.of(catalog, style))

    @cached_property
    def by_table_name(self) -> "Index":
        """By the table's whole name, joined and singular, `salesorder`, and by its other names."""
        own = [(name(key.table.name).joined, key) for key in self.all]
        known = {joined for joined, _ in own}
        plurals = ((each, key) for joined, key in own for each in singulars(joined) if each not in known)
        others = ((alias, key) for alias, oid in self.aliases for key in self.by_oid[oid])
        return Index.of((*own, *plurals, *others))

    @cached_property
    def names_of_tables(self) -> frozenset[str]:
        """All tables' names, joined."""
        return frozenset(name(key.table.name).joined for key in self.all)

    @cached_property
    def by_core(self) -> "Index":
        """By the table's name without the prefix that the schema gives its tables: `user` for ad_user."""
        return Index.of(("".join(core), key) for key in self.all for core in self.cores_of(key))

    @cached_property
    def by_table_tail(self) -> "Index":
        """By the last words of a table's name: `topic` for forum_topics."""
        return Index.of((tail, key) for key in self.all for tail in _tails(name(key.table.name)))

    @cached_property
    def by_glued_tail(self) -> "Index":
        """By the letters at the end of a table's last word, where that is long: `review` of productreview."""
        words = ((name(key.table.name).words[-1], key) for key in self.all if key.is_primary)
        return Index.of((word[start:], key) for word, key in words for start in range(2, len(word) - _LEAST_HEAD + 1))

    def is_head(self, start: str) -> bool:
        """Whether that is a word in the names of tables, or what three of them or more begin with: `product` and `rhn`,
        but not `trans` of transactions."""
        return start in self._words_of_tables or self._starts[start] >= _FEWEST_ALIKE

    @cached_property
    def _words_of_tables(self) -> frozenset[str]:
        return frozenset(word for key in self.all for word in name(key.table.name).words)

    @cached_property
    def _starts(self) -> Counter[str]:
        names = {name(key.table.name).joined for key in self.all}
        return Counter(each[:length] for each in names for length in range(2, min(len(each), _LONGEST_HEAD) + 1))

    @cached_property
    def by_name(self) -> "Index":
        """By the key's own name, where that is more than `id`."""
        return Index.of((name(key.column.name).joined, key) for key in self.all if name(key.column.name).stem)

    @cached_property
    def by_table_start(self) -> "Index":
        """By the number of words and the first two letters of a table's name, or of the key's own, for abbreviations,
        `dept_id`; by the first alone, for those without a vowel, `pkg_id`."""
        primary = [(key, words) for key in self.all if key.is_primary for words in self.spellings(key)]
        starts = {(start, key) for key, words in primary for start in (start_of(words), start_of(words, letters=1))}
        return Index.of(sorted(starts, key=lambda each: (each[0], each[1].full_name)))

    @cached_property
    def by_initials(self) -> "Index":
        """By the initials of a table's name of two words or more: `bu` for business_units."""
        return Index.of(("".join(word[0] for word in words), key) for key, words in self._named() if len(words) > 1)

    def _named(self) -> Iterator[tuple[Key, tuple[str, ...]]]:
        """The primary keys with the words of their tables' names, and with those without prefixes."""
        for key in self.all:
            if key.is_primary:
                yield from ((key, words) for words in {name(key.table.name).words, *self.cores_of(key)})

    def spellings(self, key: Key) -> frozenset[tuple[str, ...]]:
        """What may be abbreviated: the words of its table's name, with and without prefixes, and those of its own."""
        if key not in self._spellings:
            own = name(key.column.name).stem_words
            known = {name(key.table.name).words, *self.cores_of(key), *((own,) if own else ())}
            self._spellings[key] = frozenset(known)
        return self._spellings[key]

    @cached_property
    def _spellings(self) -> dict[Key, frozenset[tuple[str, ...]]]:
        return {}

    def cores_of(self, key: Key) -> tuple[tuple[str, ...], ...]:
        """The words of its table's name without the schema's prefixes."""
        return self.style.cores_of(key.table.schema, key.table.name)

    @cached_property
    def extensions(self) -> dict[Key, bool]:
        """Which keys extend others, as far as that was asked (`same_name`)."""
        return {}

    @cached_property
    def bases(self) -> dict[tuple[str, str], Key | None]:
        """The base of those keys that share a name, by schema and name, as far as that was asked (`same_name`)."""
        return {}

    @cached_property
    def by_stem(self) -> "Index":
        """Text keys that are named after their table, by their name without its last word: `client` for client_name."""
        named = (key for key in self.all if key.family == "text" and key.is_named_after_table)
        return Index.of((name(key.column.name).stem, key) for key in named)

    @cached_property
    def by_unprefixed_name(self) -> "Index":
        """By the key's name without its table's own prefix: `item_key` for i_item_key."""
        unprefixed = ((self.without_prefix(key.table, key.column.name), key) for key in self.all)
        return Index.of(("".join(words), key) for words, key in unprefixed if words)

    @cached_property
    def by_unprefixed_suffix(self) -> "Index":
        """The primary keys that carry their table's prefix, by the word at their end that means key."""
        unprefixed = (key for key in self.all if key.is_primary and self.without_prefix(key.table, key.column.name))
        return Index.of((name(key.column.name).suffix, key) for key in unprefixed)

    @cached_property
    def with_uuids(self) -> "Index":
        """The primary keys that are uuids, all under one name, those of the largest tables first."""
        uuids = [key for key in self.all if key.is_primary and key.family == "uuid"]
        uuids.sort(key=lambda key: (-(key.table.rows or 0.0), key.full_name))
        return Index.of(("", key) for key in uuids)

    @cached_property
    def by_oid(self) -> dict[int, list[Key]]:
        """By table."""
        found: defaultdict[int, list[Key]] = defaultdict(list)
        for key in self.all:
            found[key.table.oid].append(key)
        return found

    def without_prefix(self, table: Table, column: str) -> tuple[str, ...]:
        """The column's words without the prefix of its table (item, key for ol_item_key; rua for j136_rua), where
        they say more than that they are a key; else empty."""
        words = name(column).words[len(self._prefix(table)) :]
        has_more = len(words) > 1 or bool(words and name(words[0]).stem)
        return words if has_more and self.has_prefix(table, column) else ()

    def has_prefix(self, table: Table, column: str) -> bool:
        """Whether the column carries the prefix of its table."""
        prefix = self._prefix(table)
        return bool(prefix) and name(column).words[: len(prefix)] == prefix

    def _prefix(self, table: Table) -> tuple[str, ...]:
        if table.oid not in self._prefixes:
            self._prefixes[table.oid] = _own_prefix(table)
        return self._prefixes[table.oid]

    @cached_property
    def _prefixes(self) -> dict[int, tuple[str, ...]]:
        return {}


def composite_keys(catalog: Catalog, most: int) -> Iterator[tuple[Table, tuple[str, ...]]]:
    """Keys of two to so many columns none of which is a key by itself."""
    for table in catalog.tables:
        if table.kind not in ("table", "partitioned"):
            continue
        known = table.candidate_keys()
        alone = {column for key in known if len(key) == 1 for column in key}
        yield from ((table, key) for key in known if 1 < len(key) <= most and not alone & {*key})


def start_of(words: tuple[str, ...], letters: int = 2) -> str:
    """What an abbreviation shares with the name that it abbreviates."""
    return f"{len(words)} {words[0][:letters]}"


def _tails(table: Name) -> Iterator[str]:
    for start in range(1, len(table.words)):
        yield "".join(table.words[start:])


def _own_prefix(table: Table) -> tuple[str, ...]:
    """The first word that at least 80 % of the table's columns, four or more, begin with, or a short one that all of
    fewer do, with its number (`k158_`); empty where there is none."""
    words = [name(column.name).words for column in table.columns]
    first = Counter(each[0] for each in words)
    prefix, number = first.most_common(1)[0] if first else ("", 0)
    all_of = len(table.columns)
    is_shared = number >= 0.8 * all_of if all_of >= 4 else number == all_of > 1 and len(prefix) <= _LONGEST_PREFIX
    if not is_shared or prefix in LEADING_KEY_WORDS:
        return ()
    second = Counter(each[1] for each in words if each[0] == prefix and len(each) > 2 and each[1].isdigit())
    is_numbered = second.total() == number and len(second) == 1
    return (prefix, *second) if is_numbered else (prefix,)
