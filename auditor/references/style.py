"""How a database names its things, learned once from the whole: prefixes of tables, and references without `_id`."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from auditor.catalog import Catalog
from auditor.references.names import name, without_noise
from auditor.references.words import KEY_WORDS

_FEWEST_TABLES = 3
_FEWEST_BARE = 5
_LONGEST_PREFIX, _MANY_TABLES, _MOST_OF = 6, 10, 0.6
_MOST_PREFIXES = 2
_IDENTIFIERS = frozenset({"integer", "numeric", "uuid"})


@dataclass(frozen=True)
class Style:
    """`cores` are the words of tables' names without the prefixes that their schema gives them, or the noise behind.

    By schema and table. `names` are their full names. `is_bare`: most references are called like their table alone,
    `artist`, without `_id`.
    """

    cores: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    names: frozenset[tuple[str, str]] = frozenset()
    is_bare: bool = False

    @classmethod
    def of(cls, catalog: Catalog) -> "Style":
        """The style of that catalog."""
        schemas: defaultdict[str, list[str]] = defaultdict(list)
        for table in catalog.tables:
            if table.kind in ("table", "partitioned"):
                schemas[table.schema].append(table.name)
        cores: defaultdict[tuple[str, str], tuple[tuple[str, ...], ...]] = defaultdict(tuple)
        for schema, tables in schemas.items():
            for called, core in _cores(tables):
                cores[schema, called] += (core,)
        full = frozenset((schema, name(table).joined) for schema, tables in schemas.items() for table in tables)
        known = {joined for _, joined in full} | {"".join(core) for several in cores.values() for core in several}
        return cls(dict(cores), full, _is_bare(catalog, known))

    def cores_of(self, schema: str, table: str) -> tuple[tuple[str, ...], ...]:
        """The words of the table's name without its schema's prefixes, unless another table is called so in full."""
        found = self.cores.get((schema, table), ())
        return tuple(core for core in found if (schema, "".join(core)) not in self.names)


def _cores(tables: list[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """`c_`, `act_ru_`, `party_`: the first word of three tables or more, unless a table is called like the word alone
    (then the others are parts of what that one holds); what is said twice, `party_party`; and each without noise."""
    left = {table: name(table).words for table in tables}
    glued = _glued_prefix(left.values())
    yield from ((table, (words[0][len(glued) :], *words[1:])) for table, words in left.items() if _has(words, glued))
    yield from ((table, core) for table, words in left.items() if (core := name(table).meant) != words)
    for _ in range(_MOST_PREFIXES):
        longer = {table: words for table, words in left.items() if len(words) > 1}
        first = Counter(words[0] for words in longer.values())
        alone = {words[0] for words in left.values() if len(words) == 1}
        prefixes = {word for word, number in first.items() if number >= _FEWEST_TABLES and word not in alone}
        left = {table: words[1:] for table, words in longer.items() if words[0] in prefixes or words == 2 * words[:1]}
        for table, words in left.items():
            yield table, words
            if (core := without_noise(words)) != words:
                yield table, core


def _glued_prefix(tables: Collection[tuple[str, ...]]) -> str:
    """What most names of tables begin with, without a separator: `rhn` of rhnserver; empty where there is nothing."""
    lengths = range(2, _LONGEST_PREFIX + 1)
    starts = Counter(words[0][:length] for words in tables for length in lengths if length <= len(words[0]))
    common = [start for start, number in starts.items() if number >= max(_MANY_TABLES, _MOST_OF * len(tables))]
    longest = max(common, key=len, default="")
    return longest if not any(words[0] == longest for words in tables) else ""


def _has(words: tuple[str, ...], glued: str) -> bool:
    return bool(glued) and words[0].startswith(glued) and len(words[0]) > len(glued) + 1


def _is_bare(catalog: Catalog, tables: set[str]) -> bool:
    bare = suffixed = 0
    for table in catalog.tables:
        for column in table.columns:
            called = name(column.name)
            if column.type.family not in _IDENTIFIERS:
                continue
            bare += called.joined in tables and called.suffix not in KEY_WORDS
            suffixed += called.suffix in KEY_WORDS and called.stem in tables
    return bare >= _FEWEST_BARE and bare > suffixed
