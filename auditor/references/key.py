"""A key that can be referred to, and what tells which columns of a table are some."""

from dataclasses import dataclass
from functools import cached_property

from auditor.catalog import Column, Table
from auditor.catalog.estimates import distinct_share
from auditor.references.names import name
from auditor.references.ranges import Span, span, step
from auditor.references.words import NATURAL_KEY_WORDS

_FEWEST_NAMED, _DISTINCT = 10, 0.98
_FULL = 0.995
_ALIKE = 0.97
_ROUND = 5
_TIMES = ("date", "timestamp", "timestamptz")

KEY_FAMILIES = frozenset({"integer", "numeric", "text", "uuid"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Key:
    """A single column that no two rows of its table share: a primary key, a unique one, or the name of what the table
    is about where nothing declares it (`clients.client_name`)."""

    table: Table
    column: Column
    is_primary: bool
    """Whether rows are referred to by it: the primary key, or a unique `id` in its place, or beside it."""

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

    @cached_property
    def span(self) -> Span | None:
        """The range of its values, if they are whole numbers."""
        return span(self.column)

    @cached_property
    def step(self) -> int:
        """How far apart its numbers are: 10 where they are 10, 20, 50 …, as people number by hand, who make other
        columns so, too; else 1, as what few numbers have in common is an accident."""
        apart = step(self.column)
        if self.span is None or apart % _ROUND:
            return 1
        return apart if (self.table.rows or 0.0) <= _counts(self.span, apart) + 1 else 1

    @cached_property
    def fullness(self) -> float | None:
        """What share of the numbers in its range are keys (0 to about 1); None where the statistics do not say."""
        ends, rows = self.span, self.table.rows
        if ends is None or not rows:
            return None
        share = rows / _counts(ends, 1)
        return share if share >= _FULL else rows / _counts(ends, self.step)

    @property
    def has_gaps(self) -> bool:
        """Whether it leaves out numbers of its range, by the statistics; also where these do not say."""
        return self.fullness is None or self.fullness < _FULL

    @property
    def full_name(self) -> str:
        """Schema, table and column, for sorting."""
        return f"{self.table.schema}.{self.table.name}.{self.column.name}"


def _counts(ends: Span, step: int) -> float:
    """How many numbers there are from the one end to the other."""
    return (ends[1] - ends[0]) / step + 1


def keys_of(table: Table) -> tuple[Key, ...]:
    """The single-column keys of that table whose type a reference can have, primary first."""
    singles = [columns for columns in table.candidate_keys() if len(columns) == 1]
    referred_to = _referred_to(table, [column for (column,) in singles])
    found = [Key(table=table, column=table.column(c), is_primary=c in referred_to) for (c,) in singles]
    named = [Key(table=table, column=each, is_primary=False) for each in table.columns if (each.name,) not in singles]
    natural = (key for key in named if _names_its_rows(key))
    beside = _beside_partition_key(table)
    part = (
        [Key(table=table, column=beside, is_primary=True)]
        if beside is not None and (beside.name,) not in singles
        else []
    )
    return (*(key for key in (*found, *part) if key.family in KEY_FAMILIES), *natural)


def _beside_partition_key(table: Table) -> Column | None:
    """`id` in `PRIMARY KEY (id, at)` of a table that is partitioned by `at`: each unique key there has to contain that,
    so none can stand on the column alone (CREATE TABLE, PARTITION BY), though rows are referred to by it.

    None where the statistics find the values repeated; where there are none, and the table is not partitioned by time,
    where the server does not make the values: they may count anew for each tenant.
    """
    if table.kind != "partitioned":
        return None
    rest = [name for name in table.primary_key if not table.column(name).places_rows]
    column = table.column(rest[0]) if len(rest) == 1 else None
    share = distinct_share(table, column) if column is not None else None
    if column is None or (share is not None and share < _DISTINCT):
        return None
    by_time = all(each.type.base in _TIMES for each in table.columns if each.places_rows)
    return column if share is not None or by_time or is_made_by_server(column) else None


def are_alike(extension: Table, base: Table) -> bool:
    """Whether they have as many rows, so that values do not tell which of them is referred to."""
    return (extension.rows or 0.0) >= _ALIKE * (base.rows or 0.0)


def is_made_by_server(column: Column) -> bool:
    """Whether its values come from a sequence, or are random."""
    return column.identity or "nextval" in (column.default or "") or "uuid" in (column.default or "")


def _referred_to(table: Table, unique: list[str]) -> tuple[str, ...]:
    """The primary key, if it is one column; in its place a unique `id` where it is several columns, or text, or a
    number that is not named after the table (`structures.cd_id`); beside a number a unique `uuid`."""
    primary: tuple[str, ...] = table.primary_key if len(table.primary_key) == 1 else ()
    is_text = any(table.column(each).type.family == "text" for each in primary)
    stem = name(primary[0]).stem if primary and not is_text else ""
    if primary and not is_text and (not stem or "".join(name(table.name).meant).endswith(stem)):
        return primary
    ids = (each for each in unique if name(each).joined in ("id", "uuid") and table.column(each).type.family != "text")
    found = next(ids, "")
    if not found:
        return primary
    is_beside = not is_text and table.column(found).type.family == "uuid"
    return (*primary, found) if is_beside else (found,)


def _names_its_rows(key: Key) -> bool:
    """Whether a text column is called after its table, as a natural key is, and its values are distinct but for a few
    duplicates, by the statistics."""
    called = name(key.column.name)
    is_called_so = key.family == "text" and called.suffix in NATURAL_KEY_WORDS and key.is_named_after_table
    rows = key.table.rows or 0.0
    return is_called_so and rows >= _FEWEST_NAMED and (distinct_share(key.table, key.column) or 0.0) >= _DISTINCT
