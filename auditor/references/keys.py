"""The keys that can be referred to, and indexes over their names: candidates are looked up, never all pairs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from auditor.catalog import Catalog, Column, Table
from auditor.references.names import KEY_WORDS, Name, name

KEY_FAMILIES = frozenset({"integer", "numeric", "text", "uuid"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Key:
    """A single column that no two rows of its table share: a primary key, or a unique one."""

    table: Table
    column: Column
    is_primary: bool

    @property
    def family(self) -> str:
        """The type family of its values."""
        return self.column.type.family

    @cached_property
    def tail(self) -> str:
        """What the key is called within its table: `id` for film.film_id, `code` for country.countrycode."""
        column, table = name(self.column.name), name(self.table.name)
        if column.suffix and (not column.stem or table.joined.endswith(column.stem)):
            return column.suffix
        return column.joined

    @cached_property
    def is_named_after_table(self) -> bool:
        """`film.film_id`, `sales_territory.territory_id`: the key's name tells its table."""
        column, table = name(self.column.name), name(self.table.name)
        return bool(column.stem) and table.joined.endswith(column.stem)

    @property
    def full_name(self) -> str:
        """Schema, table and column, for sorting."""
        return f"{self.table.schema}.{self.table.name}.{self.column.name}"


def keys_of(table: Table) -> tuple[Key, ...]:
    """The single-column keys of that table whose type a reference can have, primary first."""
    primary = table.primary_key
    singles = [columns for columns in table.candidate_keys() if len(columns) == 1]
    found = [Key(table=table, column=table.column(c), is_primary=(c,) == primary) for (c,) in singles]
    return tuple(key for key in found if key.family in KEY_FAMILIES)


@dataclass(frozen=True)
class Keys:
    """All keys of the catalog, by what others could call them."""

    all: tuple[Key, ...]

    @classmethod
    def of(cls, catalog: Catalog) -> "Keys":
        """The keys of all tables in the catalog, in scope or not: a table in scope may refer to one that is not."""
        tables = (table for table in catalog.tables if table.kind in ("table", "partitioned"))
        return cls(tuple(key for table in tables for key in keys_of(table)))

    @cached_property
    def by_table_name(self) -> dict[str, list[Key]]:
        """By the table's whole name, joined and singular: `salesorder`."""
        return _grouped((name(key.table.name).joined, key) for key in self.all)

    @cached_property
    def by_table_tail(self) -> dict[str, list[Key]]:
        """By the last words of a table's name: `topic` for forum_topics."""
        return _grouped((tail, key) for key in self.all for tail in _tails(name(key.table.name)))

    @cached_property
    def by_name(self) -> dict[str, list[Key]]:
        """By the key's own name, where that is more than `id`."""
        return _grouped((name(key.column.name).joined, key) for key in self.all if name(key.column.name).stem)

    @cached_property
    def by_table_start(self) -> dict[str, list[Key]]:
        """By the first four letters of a table's name, for abbreviations: `dept` for departments."""
        return _grouped((name(key.table.name).joined[:3], key) for key in self.all if key.is_primary)

    @cached_property
    def by_initials(self) -> dict[str, list[Key]]:
        """By the initials of a table's name of two words or more: `bu` for business_units."""
        named = ((key, name(key.table.name).words) for key in self.all if key.is_primary)
        return _grouped(("".join(word[0] for word in words), key) for key, words in named if len(words) > 1)

    @cached_property
    def by_unprefixed_name(self) -> dict[str, list[Key]]:
        """By the key's name without its table's own prefix: `item_key` for i_item_key."""
        unprefixed = ((self.without_prefix(key.table, key.column.name), key) for key in self.all)
        return _grouped((text, key) for text, key in unprefixed if text)

    @cached_property
    def prefixes(self) -> dict[int, str]:
        """By table: the first word that at least 80 % of its columns (four or more) begin with, as in `ol_item_key`."""
        return {table.oid: prefix for table in self._tables for prefix in _own_prefix(table)}

    @cached_property
    def largest_with_uuids(self) -> dict[str, list[Key]]:
        """By schema: the primary keys that are uuids, those of the largest tables first."""
        uuids = [key for key in self.all if key.is_primary and key.family == "uuid"]
        uuids.sort(key=lambda key: (-(key.table.rows or 0.0), key.full_name))
        return _grouped((key.table.schema, key) for key in uuids)

    @cached_property
    def by_oid(self) -> dict[int, list[Key]]:
        """By table."""
        found: defaultdict[int, list[Key]] = defaultdict(list)
        for key in self.all:
            found[key.table.oid].append(key)
        return found

    @cached_property
    def _tables(self) -> tuple[Table, ...]:
        return tuple({key.table.oid: key.table for key in self.all}.values())

    def without_prefix(self, table: Table, column: str) -> str:
        """The column's joined name without the prefix of its table; empty where the table has none."""
        prefix = self.prefixes.get(table.oid) or next(iter(_own_prefix(table)), "")
        words = name(column).words
        return "".join(words[1:]) if prefix and len(words) > 2 and words[0] == prefix else ""


def _grouped(pairs: Iterable[tuple[str, Key]]) -> dict[str, list[Key]]:
    found: defaultdict[str, list[Key]] = defaultdict(list)
    for text, key in pairs:
        found[text].append(key)
    return dict(found)


def _tails(table: Name) -> Iterator[str]:
    for start in range(1, len(table.words)):
        yield "".join(table.words[start:])


def _own_prefix(table: Table) -> Iterator[str]:
    first = Counter(name(column.name).words[0] for column in table.columns)
    prefix, number = first.most_common(1)[0] if first else ("", 0)
    if len(table.columns) >= 4 and number >= 0.8 * len(table.columns) and prefix not in KEY_WORDS:
        yield prefix
