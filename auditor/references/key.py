"""A key that can be referred to, and what tells which columns of a table are some."""

from dataclasses import dataclass
from functools import cached_property

from auditor.catalog import Column, Table
from auditor.catalog.estimates import distinct_share
from auditor.references.names import name
from auditor.references.words import NATURAL_KEY_WORDS

_FEWEST_NAMED, _DISTINCT = 10, 0.98

KEY_FAMILIES = frozenset({"integer", "numeric", "text", "uuid"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Key:
    """A single column that no two rows of its table share: a primary key, a unique one, or the name of what the table
    is about where nothing declares it (`clients.client_name`)."""

    table: Table
    column: Column
    is_primary: bool
    """Whether rows are referred to by it: the primary key, or a unique `id` where that is several columns or text."""

    @property
    def family(self) -> str:
        """The type family of its values."""
        return self.column.type.family

    @cached_property
    def tail(self) -> str:
        """What the key is called within its table: `id` for film.film_id, `code` for country.countrycode."""
        column = name(self.column.name)
        if column.suffix and (not column.stem or self.is_named_after_table):
            return column.suffix
        return column.joined

    @cached_property
    def is_named_after_table(self) -> bool:
        """`film.film_id`, `sales_territory.territory_id`: the key's name tells its table."""
        column, table = name(self.column.name), name(self.table.name)
        return bool(column.stem) and "".join(table.meant).endswith(column.stem)

    @property
    def full_name(self) -> str:
        """Schema, table and column, for sorting."""
        return f"{self.table.schema}.{self.table.name}.{self.column.name}"


def keys_of(table: Table) -> tuple[Key, ...]:
    """The single-column keys of that table whose type a reference can have, primary first."""
    primary = table.primary_key
    singles = [columns for columns in table.candidate_keys() if len(columns) == 1]
    stands_in = _stands_in(table, [column for (column,) in singles])
    found = [
        Key(table=table, column=table.column(c), is_primary=c == stands_in if stands_in else (c,) == primary)
        for (c,) in singles
    ]
    named = [Key(table=table, column=each, is_primary=False) for each in table.columns if (each.name,) not in singles]
    natural = (key for key in named if _names_its_rows(key))
    return (*(key for key in found if key.family in KEY_FAMILIES), *natural)


def _stands_in(table: Table, unique: list[str]) -> str:
    """The unique `id` by which rows are referred to although the primary key is made of several columns or of text."""
    primary = table.primary_key
    if len(primary) == 1 and table.column(primary[0]).type.family != "text":
        return ""
    ids = [each for each in unique if name(each).joined in ("id", "uuid") and table.column(each).type.family != "text"]
    return ids[0] if ids else ""


def _names_its_rows(key: Key) -> bool:
    """Whether a text column is called after its table, as a natural key is, and its values are distinct but for a few
    duplicates, by the statistics."""
    called = name(key.column.name)
    is_called_so = key.family == "text" and called.suffix in NATURAL_KEY_WORDS and key.is_named_after_table
    rows = key.table.rows or 0.0
    return is_called_so and rows >= _FEWEST_NAMED and (distinct_share(key.table, key.column) or 0.0) >= _DISTINCT
