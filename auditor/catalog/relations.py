"""Relations, and partitions folded into their root."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from auditor.catalog.catalog import QUARANTINE_SCHEMA
from auditor.catalog.table import Leaf, TableKind

_KINDS: dict[str, TableKind] = {
    "r": "table",
    "p": "partitioned",
    "v": "view",
    "m": "materialized-view",
    "f": "foreign",
}
_TRUE = {"1", "t", "tr", "tru", "true", "on", "y", "ye", "yes"}


class Relation(NamedTuple):
    """A row of the query RELATIONS."""

    oid: int
    schema: str
    name: str
    relkind: str
    owner: str
    is_partition: bool
    parents: list[int]
    filenode: int
    tuples: float
    pages: int
    bytes: int
    all_visible: int
    counted_pages: int
    row_security: bool
    force_row_security: bool
    row_security_active: bool
    readable: bool | None
    schema_usable: bool | None
    populated: bool
    unlogged: bool
    options: list[str] | None
    comment: str | None
    privileges: str

    @property
    def kind(self) -> TableKind:
        """The kind in our words."""
        return _KINDS[self.relkind]

    @property
    def security_invoker(self) -> bool:
        """Whether a view reads with its caller's rights (a boolean option may be written in many ways)."""
        values = (option.partition("=") for option in self.options or ())
        return any(name == "security_invoker" and value.lower() in _TRUE for name, _, value in values)


@dataclass(frozen=True)
class Family:
    """A relation that is no partition, with the relations that hold its rows: itself, or its leaf partitions; and with
    all of its partitions, those that are partitioned again among them."""

    root: Relation
    members: tuple[Relation, ...]
    partitions: tuple[Relation, ...]
    has_children: bool

    @property
    def oids(self) -> tuple[int, ...]:
        """Those of the relation and of all of its partitions."""
        return (self.root.oid, *(each.oid for each in self.partitions))

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The members with storage of their own here."""
        return tuple(
            Leaf(oid=each.oid, schema=each.schema, name=each.name, filenode=each.filenode)
            for each in self.members
            if each.relkind in ("r", "m")
        )

    @property
    def rows(self) -> float | None:
        """The planner's estimate; None where a member with pages was never analysed."""
        if not self.members or any(each.tuples < 0 and each.pages for each in self.members):
            return None
        if len(self.members) == 1 and self.members[0].tuples < 0:
            return None
        return sum(max(each.tuples, 0.0) for each in self.members)

    @property
    def pages(self) -> int:
        """Pages of the heap."""
        return sum(each.pages for each in self.members)

    @property
    def bytes(self) -> int:
        """Bytes with indexes and TOAST."""
        return sum(each.bytes for each in self.members)

    @property
    def all_visible(self) -> float:
        """The share of pages that index-only scans need not visit."""
        return min(1.0, sum(each.all_visible for each in self.members) / self.pages) if self.pages else 0.0

    @property
    def counted_pages(self) -> int:
        """Pages of the heap when its rows were counted last."""
        return sum(each.counted_pages for each in self.members)

    @property
    def has_foreign_leaves(self) -> bool:
        """Whether a partition is a foreign table."""
        return self.root.relkind == "p" and any(each.relkind == "f" for each in self.members)


def families_of(rows: Iterable[tuple[Any, ...]]) -> tuple[Family, ...]:
    """Every relation that is no partition, with those that hold its rows; without the auditor's own."""
    relations = {row[0]: Relation(*row) for row in rows}
    members: dict[int, list[Relation]] = defaultdict(list)
    partitions: dict[int, list[Relation]] = defaultdict(list)
    inherited_from: set[int] = set()
    for each in relations.values():
        if not each.is_partition:
            inherited_from.update(each.parents)
        else:
            partitions[_root(each, relations)].append(each)
        if each.relkind in ("r", "m") or (each.relkind == "f" and each.is_partition):
            members[_root(each, relations)].append(each)
    return tuple(
        Family(each, tuple(members[each.oid]), tuple(partitions[each.oid]), each.oid in inherited_from)
        for each in relations.values()
        if not each.is_partition and each.schema != QUARANTINE_SCHEMA
    )


def _root(relation: Relation, relations: Mapping[int, Relation]) -> int:
    while relation.is_partition and relation.parents:
        above = relations.get(relation.parents[0])
        if above is None:
            return relation.parents[0]
        relation = above
    return relation.oid
