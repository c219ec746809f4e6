"""Rows that share a key, and which of them stays."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from auditor import sql
from auditor.catalog import Column, Table
from auditor.config import Keep
from auditor.remedy.images import equal
from auditor.remedy.quarantine import relation_of
from auditor.sql import Condition, Expression

_BIRTH = ("created_at", "inserted_at", "created_on", "created", "creation_date", "date_created", "createdat")
_MOST_ARGUMENTS = 100
"""So many a function takes (FUNC_MAX_ARGS)."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows of a table that share a key, and which of them stays."""

    table: Table
    keys: tuple[Expression, ...]
    where: Condition | None
    keep: Keep
    nulls_not_distinct: bool
    batch: Condition | None = None

    def of(self, batch: Condition | None) -> "Group":
        """Those that a row of the batch is in."""
        return replace(self, batch=batch)

    def rows(self, batch: Condition | None) -> Condition:
        """The rows that do not stay, all or those of the batch."""
        losers = self.of(batch).losers
        return losers if batch is None else sa.and_(losers, batch)

    def ranked(self, columns: tuple[str, ...] = ()) -> sa.Subquery:
        """Each row's place in its group, 1 for the one that stays, with these columns, and with that one's."""
        relation = relation_of(self.table)
        window: dict[str, Any] = {"partition_by": self.keys, "order_by": self._order()}
        population = [*self._population, *self._mates()]
        own = [relation.c[column].label(f"own_{number}") for number, column in enumerate(columns)]
        stays = [
            sa.func.first_value(relation.c[column]).over(**window).label(f"stays_{number}")
            for number, column in enumerate(columns)
        ]
        place = sa.func.row_number().over(**window).label("number")
        leaf, ctid = whereabouts()
        found = sa.select(leaf.label("leaf"), ctid.label("place"), place, *own, *stays).select_from(relation)
        return found.where(*population).subquery("ranked")

    @property
    def _population(self) -> list[Condition]:
        narrowed = [] if self.where is None else [self.where]
        return narrowed if self.nulls_not_distinct else [*narrowed, *(key.is_not(None) for key in self.keys)]

    def _mates(self) -> Iterator[Condition]:
        """Leaves out the groups that no row of the batch is in. Not for keys whose text we did not make: what type they
        are of, and by what they are equal, is not known here."""
        if self.batch is None or any(isinstance(key, sa.ColumnClause) and key.is_literal for key in self.keys):
            return
        labelled = [key.label(f"auditor_key_{number}") for number, key in enumerate(self.keys)]
        found = sa.select(*labelled).select_from(relation_of(self.table)).where(*self._population, self.batch)
        mates = found.subquery("mates")
        same = [self._equal(key, mates.c[f"auditor_key_{number}"]) for number, key in enumerate(self.keys)]
        yield sa.exists(sa.select(sa.literal(1)).select_from(mates).where(*same))

    def _equal(self, key: Expression, other: Expression) -> Condition:
        same = equal(self.table.column(key.name), key, other) if isinstance(key, sa.ColumnClause) else key == other
        return sa.or_(same, sa.and_(key.is_(None), other.is_(None))) if self.nulls_not_distinct else same

    @property
    def losers(self) -> Condition:
        """True of the rows that do not stay. Grouped as the key probe groups, so by the types' own equality."""
        ranked = self.ranked()
        others = sa.select(ranked.c.leaf, ranked.c.place).where(ranked.c.number > 1)
        return sa.tuple_(*whereabouts(f"{sql.quote(self.table.schema, self.table.name)}.")).in_(others)

    @property
    def stays(self) -> str:
        """Which row stays, for people."""
        return f"the {self.keep.replace('-', ' ')}"

    @property
    def by(self) -> str:
        """What that is told by, for people: down to what no two rows have in common."""
        birth = self._birth()
        age = ", then ".join(
            ([birth.name] if birth else []) + [*(self.table.row_key() or ("their place in the table",))]
        )
        return f"the number of columns that are not NULL, then the oldest by {age}" if self._counts_values else age

    def _birth(self) -> Column | None:
        return next(
            (c for name in _BIRTH for c in self.table.columns if c.name.lower() == name and c.type.category == "D"),
            None,
        )

    @property
    def _counts_values(self) -> bool:
        return self.keep == "most-complete"

    def _order(self) -> list[Expression]:
        """The row that stays first; where two are alike, the age decides, and in the end the key."""
        return [*([self._values().desc()] if self._counts_values else []), *self._age()]

    def _values(self) -> Expression:
        """In how many columns the row has a value. Generated ones follow from the others."""
        columns = [relation_of(self.table).c[each.name] for each in self.table.columns if not each.generated]
        starts = range(0, len(columns), _MOST_ARGUMENTS)
        parts = [sa.func.num_nonnulls(*columns[start : start + _MOST_ARGUMENTS]) for start in starts]
        total: Expression = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def _age(self) -> list[Expression]:
        """By time; without a time of birth by the key, as numbered keys grow with time."""
        relation, birth = relation_of(self.table), self._birth()
        columns = [relation.c[column] for column in (*([birth.name] if birth else []), *self.table.row_key())]
        ages: list[Expression] = [*columns, sa.literal_column("tableoid"), sa.literal_column("ctid")]
        return [age.desc().nulls_last() if self.keep == "newest" else age.asc().nulls_last() for age in ages]


def whereabouts(prefix: str = "") -> tuple[Expression, Expression]:
    """A row's leaf and place, which hold for the length of a statement, and of a lock."""
    return sa.literal_column(f"{prefix}tableoid"), sa.literal_column(f"{prefix}ctid")
