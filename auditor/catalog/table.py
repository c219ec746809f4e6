"""Tables and their columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from auditor.catalog.constraint import Constraint, PartitionConstraint
from auditor.catalog.index import Index, PartitionIndex
from auditor.catalog.security import Grant, Policy
from auditor.catalog.types import Collation, ColumnStatistics, Type

_STALE = 2

TableKind = Literal["table", "partitioned", "view", "materialized-view", "foreign"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column. `type_text` is format_type's text with the schema where it is not pg_catalog; `default` its expression.

    `readable` is whether this role may select it; `statistics` is None where there are none or they are hidden.
    `places_rows`: the table, or a partition that has partitions of its own, places its rows by this column's value.
    """

    name: str
    number: int
    type: Type
    type_text: str
    not_null: bool = False
    default: str | None = None
    identity: bool = False
    generated: bool = False
    collation: Collation | None = None
    readable: bool = True
    places_rows: bool = False
    comment: str | None = None
    statistics: ColumnStatistics | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A relation with storage of its own under a table: the table itself, or each leaf partition (or inheriting table).

    `filenode` is pg_class.relfilenode in the audit's snapshot: another one later means rewritten or truncated.
    """

    oid: int
    schema: str
    name: str
    filenode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A partition, or a partition of one: whoever names it directly is bound by its own privileges, row security and
    policies, not by those of the tables above. `parent` is the oid of the table that it is directly a part of."""

    oid: int
    parent: int
    schema: str
    name: str
    kind: TableKind
    owner: str
    policies: tuple[Policy, ...] = ()
    grants: tuple[Grant, ...] = ()
    row_security: bool = False
    force_row_security: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A user's trigger (internal ones left out). `enabled` as tgenabled: O origin, D disabled, R replica, A always."""

    name: str
    enabled: str
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, partitioned root, view, materialised view or foreign table: never a partition of another.

    `rows` is the planner's estimate over all leaves, None where never analysed; `pages` and `bytes` sum the leaves
    (bytes with indexes and TOAST). `readable`: this role may select from it (on at least one column);
    `row_security_active`: rows may be hidden from this role. `populated` is false for `WITH NO DATA`.
    `all_visible` is the share of pages that index-only scans need not visit (0 to 1), `counted_pages` the number of
    pages when its rows were counted last.

    `has_children` is true where other tables inherit from this one, `inherits_from` holds the oids of those that it
    inherits from: both are tables of their own, and keys hold for each alone, so a parent is read with ONLY.
    `partition_constraints` are those that partitions declare for themselves and that may not hold: foreign keys, and
    what is not validated. `partition_indexes` are those that no valid index of the table stands for.
    `has_foreign_leaves`: reading all of it asks another server. `unread`: not all of its definitions could be read,
    because another session holds or awaits an ACCESS EXCLUSIVE lock on it, or has changed it since the snapshot:
    nothing about it can be called passed.
    """

    oid: int
    schema: str
    name: str
    kind: TableKind
    owner: str
    columns: tuple[Column, ...]
    leaves: tuple[Leaf, ...] = ()
    partitions: tuple[Partition, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    partition_constraints: tuple[PartitionConstraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    partition_indexes: tuple[PartitionIndex, ...] = ()
    policies: tuple[Policy, ...] = ()
    grants: tuple[Grant, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    rows: float | None = None
    pages: int = 0
    bytes: int = 0
    all_visible: float = 0.0
    counted_pages: int = 0
    row_security: bool = False
    force_row_security: bool = False
    row_security_active: bool = False
    readable: bool = True
    schema_usable: bool = True
    populated: bool = True
    unlogged: bool = False
    security_invoker: bool = False
    definition: str | None = None
    comment: str | None = None
    depends_on: tuple[int, ...] = ()
    has_children: bool = False
    inherits_from: tuple[int, ...] = ()
    has_foreign_leaves: bool = False
    unread: bool = False

    @property
    def has_rows_of_its_own(self) -> bool:
        """Whether rows can be measured here: a table, a partitioned root, a populated materialised view."""
        return self.kind in ("table", "partitioned") or (self.kind == "materialized-view" and self.populated)

    @property
    def has_stale_statistics(self) -> bool:
        """Whether it has grown to twice its size since its pages were counted (ANALYZE, VACUUM), or shrunk to half, or
        was emptied: statistics, if there are any, tell of other rows. What the server counts as changes says less: it
        includes what a session wrote just before its ANALYZE."""
        then, now = self.counted_pages, self.pages
        return now > 0 and not then / _STALE < now < then * _STALE

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.schema}.{self.name} has no column {name}")

    def has_column(self, name: str) -> bool:
        """Whether there is a column of exactly that name."""
        return any(column.name == name for column in self.columns)

    @property
    def primary_key(self) -> tuple[str, ...]:
        """The primary key's columns, empty where there is none."""
        return next((c.columns for c in self.constraints if c.kind == "primary-key"), ())

    def candidate_keys(self) -> tuple[tuple[str, ...], ...]:
        """Sets of columns that a foreign key can refer to: primary key first, then valid, complete, immediate
        unique indexes on plain columns (CREATE TABLE, REFERENCES). A key WITHOUT OVERLAPS (gist) is none of them."""
        indexes = sorted(self.indexes, key=lambda index: (not index.primary, len(index.keys), index.name))
        keys = [index.columns for index in indexes if index.method == "btree" and self._holds(index, index.columns)]
        return tuple(dict.fromkeys(keys))

    def row_key(self) -> tuple[str, ...]:
        """The columns that tell one row from another, none of them NULL: the primary key, else the shortest unique key
        of NOT NULL columns; empty where there is none."""
        for key in self.candidate_keys():
            if all(self.column(name).not_null for name in key):
                return key
        return ()

    def proves_unique(self, columns: tuple[str, ...]) -> bool:
        """Whether an index already guarantees that no two rows share these columns."""
        return any(self._holds(index, columns) for index in self.indexes)

    def _holds(self, index: Index, columns: tuple[str, ...]) -> bool:
        """Whether the index proves uniqueness by the columns' own equality: values that a column's nondeterministic
        collation calls equal are distinct to an index under another collation."""
        return index.proves_unique(columns) and not any(
            key.collation and collation and not collation.deterministic
            for key, collation in zip(index.keys, map(self._collation, index.columns), strict=True)
        )

    def _collation(self, name: str) -> Collation | None:
        return self.column(name).collation

    @property
    def unique_indexes(self) -> tuple[Index, ...]:
        """Those that may refuse a row: of the table, and of single partitions."""
        every = (*self.indexes, *(each.index for each in self.partition_indexes))
        return tuple(index for index in every if index.unique)

    def finds(self, columns: tuple[str, ...]) -> Index | None:
        """An index that looks rows up by equality on these columns, or None."""
        return next((index for index in self.indexes if index.finds(columns)), None)

    def leaves_without(self, serves: Callable[[Index], bool]) -> tuple[Leaf, ...]:
        """The leaves on which no such index stands that is theirs or that of a partition above them."""
        above = {each.oid: each.parent for each in self.partitions}
        served = {each.oid for each in self.partition_indexes if serves(each.index)}

        def is_served(oid: int) -> bool:
            return oid in served or (oid in above and is_served(above[oid]))

        return tuple(leaf for leaf in self.leaves if not is_served(leaf.oid))

    def foreign_keys(self) -> tuple[Constraint, ...]:
        """The foreign keys that this table declares."""
        return tuple(constraint for constraint in self.constraints if constraint.kind == "foreign-key")

    def can_read(self, columns: tuple[str, ...]) -> bool:
        """Whether this role may select all of these columns."""
        return self.schema_usable and self.readable and all(self.column(name).readable for name in columns)


Guarded = Table | Partition
"""What row security can be on, or missing from."""
